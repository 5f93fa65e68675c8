import Glibc

/// What the machine's settings allow.
package enum KernelLimits {
  /// `kernel.perf_event_paranoid`; nil where there is no perf_event.
  package static var paranoid: Int? { ProcFile.number("/proc/sys/kernel/perf_event_paranoid") }
  /// `kernel.perf_event_max_sample_rate`.
  package static var maxSampleRate: Int? { ProcFile.number("/proc/sys/kernel/perf_event_max_sample_rate") }
  /// `kernel.perf_event_mlock_kb`: ring memory for each CPU that an ordinary user may lock.
  package static var mlockKilobytes: Int? { ProcFile.number("/proc/sys/kernel/perf_event_mlock_kb") }
  /// `kernel.yama.ptrace_scope`; nil where Yama is not built in.
  package static var ptraceScope: Int? { ProcFile.number("/proc/sys/kernel/yama/ptrace_scope") }

  /// Whether this process numbers processes as the kernel itself does, and not as a container's PID namespace.
  package static var isInFirstPIDNamespace: Bool {
    var status = stat()
    // SAFETY: the path is a literal; `status` is written only.
    guard unsafe stat("/proc/self/ns/pid", &status) == 0 else { return false }
    return status.st_ino == 0xEFFF_FFFC  // PROC_PID_INIT_INO
  }

  /// The processors that are online, by number, as in `0-3,6`.
  package static func onlineCPUs() -> [Int32] {
    let ranges = ProcFile.text("/sys/devices/system/cpu/online") ?? ""
    let found = cpuList(ranges)
    if !found.isEmpty { return found }
    return (0..<Int32(clamping: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))).map { $0 }
  }

  /// The numbers in a list such as `0-3,6`; nothing past 8,192, the most that a kernel is built for.
  static func cpuList(_ text: String) -> [Int32] {
    text.split(separator: ",").flatMap { range -> [Int32] in
      let bounds = range.split(separator: "-").map { Int32($0) }
      guard let first = bounds.first ?? nil, let last = bounds.last ?? nil, first >= 0, first <= last, last < 8192
      else { return [] }
      return Array(first...last)
    }
  }

  /// Raises the limit of open descriptors to the most that is allowed, and returns it.
  package static func raiseDescriptorLimit() -> Int {
    var limit = rlimit()
    // SAFETY: both calls only use `limit`, during the call.
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
    if limit.rlim_cur < limit.rlim_max {
      let before = limit.rlim_cur
      limit.rlim_cur = limit.rlim_max
      if unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) != 0 { limit.rlim_cur = before }
    }
    return Int(clamping: limit.rlim_cur)
  }
}
