import CLinuxPerf
import Glibc

/// Watches for the end of processes, by a pidfd each (pidfd_open(2)).
package struct ExitWatch: ~Copyable {
  /// The processes' descriptors; readable once the process, all threads of it, has ended.
  package private(set) var descriptors: [Int32] = []
  /// Processes that no descriptor could be had for, being gone or the kernel too old.
  private var others: [Int32] = []

  /// Watches these processes.
  package init(pids: [Int32]) {
    for pid in pids {
      let descriptor = clp_pidfd_open(pid)
      if descriptor >= 0 { descriptors.append(descriptor) } else { others.append(pid) }
    }
  }

  deinit { for descriptor in descriptors { close(descriptor) } }

  /// Whether none is left, as of the last `refresh`.
  package var allEnded: Bool { descriptors.isEmpty && others.isEmpty }

  /// Drops those that have ended.
  package mutating func refresh() {
    descriptors.removeAll { descriptor in
      var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      // SAFETY: one element, alive during the call.
      guard unsafe poll(&wait, 1, 0) == 1, wait.revents != 0 else { return false }
      close(descriptor)
      return true
    }
    others.removeAll { pid in (try? ProcessStatus(pid: pid))?.isZombie ?? true }
  }
}
