import ProfileModel

/// How many stacks were of async functions, and what became known of who awaits these.
struct AsyncStacks: Hashable {
  /// All.
  var samples: UInt64 = 0
  /// With all callers.
  var complete: UInt64 = 0
  /// The same, read at the instant of the sample or while the thread stood still.
  var inTime: UInt64 = 0

  /// What is noted of them; empty for none.
  var notes: [ProfileNote] {
    samples > 0 ? [.asyncStacks(samples: samples, complete: complete, inTime: inTime)] : []
  }
}
