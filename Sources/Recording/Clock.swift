import Glibc
import Sampling

/// The clocks and counts of this process.
enum Clock {
  /// CLOCK_MONOTONIC in nanoseconds.
  static var monotonic: UInt64 { now(CLOCK_MONOTONIC) }

  /// Nanoseconds since 1970.
  static var realtime: UInt64 { now(CLOCK_REALTIME) }

  private static func now(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    // SAFETY: writes `time` only.
    unsafe clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// What this process used so far: CPU, user and system, and the most memory it held.
  static var resourceUsage: (cpuSeconds: Double, peakResidentBytes: UInt64) {
    var usage = rusage()
    // SAFETY: writes `usage` only.
    unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let seconds = Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
    let microseconds = Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
    return (seconds + microseconds / 1e6, ProcessInfo.ownPeakResidentBytes ?? UInt64(clamping: usage.ru_maxrss) * 1024)
  }
}
