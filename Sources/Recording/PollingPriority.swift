import Glibc

/// Puts the polling thread before others while it samples, where that is permitted: it works little, but when it waits
/// for a busy processor rings fill up and samples are lost.
///
/// Among hundreds of threads that want to run, `nice` alone is not enough: the most that it gives is a larger share, and
/// a share of so many comes seldom. The lowest real-time priority goes first whenever there is something to read, and
/// the kernel leaves others 5 % of the time even so (`kernel.sched_rt_runtime_us`).
struct PollingPriority {
  private let niceness: Int32
  private let isRealTime: Bool
  /// Half of the way to the most that `nice` gives.
  private static let whileSampling: Int32 = -10
  /// SCHED_RESET_ON_FORK (sched(7)): what this thread starts is ordinary.
  private static let resetsOnFork: Int32 = 0x4000_0000

  /// Raises the calling thread's priority; a refusal changes nothing.
  init() {
    niceness = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
    _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, min(niceness, Self.whileSampling))
    isRealTime = sched_getscheduler(0) == SCHED_OTHER && Self.schedule(SCHED_RR | Self.resetsOnFork, priority: 1)
  }

  /// Back to what it was: naming and drawing can wait.
  func restore() {
    if isRealTime { _ = Self.schedule(SCHED_OTHER, priority: 0) }
    _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness)
  }

  private static func schedule(_ policy: Int32, priority: Int32) -> Bool {
    var parameters = sched_param()
    parameters.sched_priority = priority
    // SAFETY: the kernel reads the parameters during the call.
    return unsafe sched_setscheduler(0, policy, &parameters) == 0
  }
}
