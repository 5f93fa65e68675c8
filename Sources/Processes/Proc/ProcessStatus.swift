import Glibc

/// What `/proc/PID` says of a process (proc_pid_stat(5)).
package struct ProcessStatus: Hashable, Sendable {
  /// The process.
  package var pid: Int32
  /// The process that `pid` is a thread of: `pid` itself, unless another thread's number was given.
  package var process: Int32
  /// Its short name (`comm`), at most 15 bytes.
  package var name: String
  /// Command and arguments; empty for kernel threads and zombies.
  package var command: [String]
  /// The process that made it, or took it over.
  package var parent: Int32
  /// Number of the user that it runs as; nil when unreadable.
  package var owner: UInt32?
  /// `R` running, `S` sleeping, `D` waiting, `Z` zombie, `T` stopped, `t` traced, `X` dead, `I` idle.
  package var state: Character
  /// Whether it is the kernel's own.
  package var isKernelThread: Bool
  /// The process that traces it; 0 for none.
  package var tracer: Int32

  /// Whether it has ended and only waits for its parent.
  package var isZombie: Bool { state == "Z" || state == "X" }

  /// Reads the process's entries; throws `noSuchProcess` when it's gone.
  package init(pid: Int32) throws(ProcessError) {
    guard pid > 0, let bytes = try? ProcFile.read("/proc/\(pid)/stat", limit: 1 << 16),
      let stat = ThreadStat(bytes)
    else { throw .noSuchProcess(pid: pid) }
    self.pid = pid
    name = stat.name
    parent = stat.parent
    state = stat.state
    isKernelThread = stat.isKernelThread
    let status = Self.status(of: pid)
    owner = status.owner
    process = status.process ?? pid
    tracer = status.tracer
    let command = (try? ProcFile.read("/proc/\(pid)/cmdline", limit: 4 << 20)) ?? []
    self.command = command.split(separator: 0, omittingEmptySubsequences: false).dropLast()
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// Its threads now, by number; empty when it's gone.
  package static func threads(of pid: Int32) -> [Int32] { (try? ProcFile.numbers(in: "/proc/\(pid)/task")) ?? [] }

  /// The processes that a process has made and not yet waited for, by number; none where the kernel doesn't list them
  /// (`/proc/PID/task/TID/children`, proc_tid_children(5)).
  package static func children(of pid: Int32) -> [Int32] {
    threads(of: pid).flatMap { tid in
      (ProcFile.text("/proc/\(pid)/task/\(tid)/children") ?? "").split(separator: " ").compactMap { Int32($0) }
    }.sorted()
  }

  /// Every process of the machine now, by number.
  package static func allProcesses() -> [Int32] { (try? ProcFile.numbers(in: "/proc")) ?? [] }

  /// A thread's short name; nil when it's gone.
  package static func threadName(pid: Int32, tid: Int32) -> String? {
    guard var bytes = try? ProcFile.read("/proc/\(pid)/task/\(tid)/comm", limit: 256) else { return nil }
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Number of the user that a process runs as; nil when it's gone.
  package static func owner(of pid: Int32) -> UInt32? { status(of: pid).owner }

  private static func status(of pid: Int32) -> (owner: UInt32?, tracer: Int32, process: Int32?) {
    guard let fields = StatusFields(path: "/proc/\(pid)/status") else { return (nil, 0, nil) }
    // The effective user is the second of four.
    return (
      owner: fields["Uid"].dropFirst().first.flatMap { UInt32($0) },
      tracer: fields["TracerPid"].first.flatMap { Int32($0) } ?? 0,
      process: fields["Tgid"].first.flatMap { Int32($0) }
    )
  }
}
