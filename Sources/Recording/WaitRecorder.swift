import ProfileModel
import Sampling

/// What a recording keeps of threads' waiting: their times, what their kernel stacks mean, and which value types it is.
struct WaitRecorder {
  /// The times of threads, and their stacks.
  var account = WaitAccount()
  /// What kernel stacks mean.
  let reasons = WaitReasons()
  /// Stacks without their roots.
  var cut: Set<StackID> = []
  /// Stacks of threads that were ready to run.
  var ready: Set<StackID> = []
  /// Who woke threads; nil where that isn't told.
  var wakers: WakerRecorder?
  /// Which of the sampler's events is a thread that leaves its processor.
  let switchEvent: Int
  /// The value types of what a thread is blocked and is ready to run, by index.
  let values: (blocked: UInt32, runnable: UInt32)

  /// Nil where waits are not sampled.
  init?(_ sampling: WaitSampling) {
    switch sampling {
    case .none: return nil
    case .waits: (switchEvent, values) = (0, (0, 1))
    case .wall: (switchEvent, values) = (1, (1, 2))
    }
  }

  /// Forgets all stacks; what is not settled must be so before.
  mutating func forgetStacks() {
    account.forgetStacks()
    (cut, ready) = ([], [])
    wakers?.forgetStacks()
  }

  /// The value types of such a recording, in order.
  ///
  /// Nothing is recorded as `idle`: what of `off-cpu` is idle shows once functions have names.
  static func valueTypes(_ sampling: WaitSampling, frequency: UInt32) -> [ValueType] {
    let waits = ["off-cpu", "runnable", "idle"].map { ValueType(name: $0, unit: .nanoseconds) }
    return (sampling == .wall ? [.samples(period: 1_000_000_000 / Int64(max(1, frequency)))] : []) + waits
  }

  /// The threads that were sampled since they were settled, where not each switch is.
  var dueNumbers: [(tid: Int32, pid: Int32)] { account.dueNumbers }

  /// Whether not each switch is sampled.
  var isSampledNowAndThen: Bool { account.interval > 1 }

  /// What the kernel accounted to all threads.
  var notes: [ProfileNote] {
    let totals = account.totals
    return [
      .threadTimes(
        .init(
          threads: totals.threads, wall: Double(totals.wall) / 1e9, onCPU: Double(totals.ran) / 1e9,
          runnable: Double(totals.runnable) / 1e9, blocked: Double(totals.blocked) / 1e9,
          switchesPerSample: account.largestInterval))
    ] + (wakers.map { [.wakers($0.times)] } ?? [])
  }
}
