import ProfileModel

/// How this process is stopped for a while, as a shell's job is, and goes on: while sampling, and so that no target
/// depends on it meanwhile.
package struct JobControl {
  /// Whether it is to stop; asked after each poll.
  var shouldPause: () -> Bool
  /// Stops it, on the thread that records, and returns once it goes on: after how many seconds.
  var pause: () -> Double

  /// Never, unless said otherwise.
  package init(shouldPause: @escaping () -> Bool = { false }, pause: @escaping () -> Double = { 0 }) {
    self.shouldPause = shouldPause
    self.pause = pause
  }
}

/// How often this process was stopped while it sampled, and for how long in all.
struct SamplingPauses {
  private var count: UInt64 = 0
  private var seconds = 0.0
  private var kernelGoesOn = false

  /// Adds one.
  ///
  /// - Parameter kernelGoesOn: Whether the kernel samples meanwhile, for as long as it has room.
  mutating func add(seconds more: Double, kernelGoesOn: Bool) {
    count += 1
    seconds += more
    self.kernelGoesOn = kernelGoesOn
  }

  /// Whether something ran meanwhile that nobody sampled.
  var leaveGaps: Bool { count > 0 && !kernelGoesOn }

  /// What is noted of it.
  var notes: [ProfileNote] {
    count > 0 ? [.sampling(.samplingPaused(count: count, seconds: seconds, kernelWentOn: kernelGoesOn))] : []
  }
}
