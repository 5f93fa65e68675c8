import Glibc

/// What this very process used so far.
package struct OwnUsage: Hashable, Sendable {
  /// User and system time.
  package var cpuSeconds: Double
  /// The most memory that it held.
  package var peakResidentBytes: UInt64

  /// As of now.
  package static var now: OwnUsage {
    var usage = rusage()
    // SAFETY: writes `usage` only.
    unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let seconds = Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
    let microseconds = Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
    return OwnUsage(
      cpuSeconds: seconds + microseconds / 1e6,
      peakResidentBytes: peakResidentBytes ?? UInt64(clamping: usage.ru_maxrss) * 1024)
  }

  /// `VmHWM` (proc_pid_status(5)); nil where `/proc` doesn't tell.
  ///
  /// What getrusage tells may be the memory of whoever made the process, from before its exec.
  private static var peakResidentBytes: UInt64? {
    StatusFields(path: "/proc/self/status")?["VmHWM"].first.flatMap { UInt64($0) }.map { $0 * 1024 }
  }
}
