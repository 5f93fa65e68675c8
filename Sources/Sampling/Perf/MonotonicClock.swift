import Glibc

/// The clock that records are stamped by.
enum MonotonicClock {
  /// CLOCK_MONOTONIC in nanoseconds.
  static func now() -> UInt64 {
    var time = timespec()
    // SAFETY: writes `time` only.
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// As `/proc` counts the starts of processes.
  static func ticksSinceBoot() -> UInt64 {
    var time = timespec()
    // SAFETY: writes `time` only.
    unsafe clock_gettime(CLOCK_BOOTTIME, &time)
    let ticks = max(1, sysconf(Int32(_SC_CLK_TCK)))
    return UInt64(time.tv_sec * ticks + time.tv_nsec / (1_000_000_000 / ticks))
  }
}
