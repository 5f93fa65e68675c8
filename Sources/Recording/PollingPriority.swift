import Glibc

/// Puts the polling thread before others while it samples, where that is permitted: it works little, but when it waits
/// for a busy processor rings fill up and samples are lost.
struct PollingPriority {
  private let original: Int32
  /// Half of the way to the most that `nice` gives.
  private static let whileSampling: Int32 = -10

  /// Raises the calling thread's priority; a refusal changes nothing.
  init() {
    original = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
    _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, min(original, Self.whileSampling))
  }

  /// Back to what it was: naming and drawing can wait.
  func restore() { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, original) }
}
