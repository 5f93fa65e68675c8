import Glibc

/// The machine's clocks.
package enum MachineClock {
  /// The clock that records are stamped by, CLOCK_MONOTONIC, in nanoseconds.
  package static var monotonic: UInt64 { nanoseconds(CLOCK_MONOTONIC) }

  /// Nanoseconds since 1970.
  package static var realtime: UInt64 { nanoseconds(CLOCK_REALTIME) }

  /// CPU time of the calling thread.
  package static var threadCPU: UInt64 { nanoseconds(CLOCK_THREAD_CPUTIME_ID) }

  /// CPU time of children that have ended and were waited for, in nanoseconds.
  package static var childrenCPU: UInt64 {
    var usage = rusage()
    // SAFETY: writes `usage` only.
    guard unsafe getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage) == 0 else { return 0 }
    return [usage.ru_utime, usage.ru_stime].reduce(0) {
      $0 + UInt64($1.tv_sec) * 1_000_000_000 + UInt64($1.tv_usec) * 1_000
    }
  }

  /// As `/proc` counts the starts of processes.
  package static var ticksSinceBoot: UInt64 { nanoseconds(CLOCK_BOOTTIME) / tickNanoseconds }

  /// Nanoseconds in a clock tick, in which `/proc` tells times.
  package static var tickNanoseconds: UInt64 { UInt64(1_000_000_000 / max(1, sysconf(Int32(_SC_CLK_TCK)))) }

  private static func nanoseconds(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    // SAFETY: writes `time` only.
    unsafe clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
