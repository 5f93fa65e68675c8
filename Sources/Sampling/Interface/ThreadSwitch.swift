/// A thread was put on a processor, or taken off it.
package struct ThreadSwitch: Hashable, Sendable {
  /// The process.
  package var pid: Int32
  /// The thread.
  package var tid: Int32
  /// Whether it was put on a processor.
  package var isIn: Bool
  /// Whether it was taken off although it could have gone on.
  package var isPreempted: Bool
  /// CLOCK_MONOTONIC in nanoseconds.
  package var time: UInt64

  /// A switch.
  package init(pid: Int32, tid: Int32, isIn: Bool, isPreempted: Bool = false, time: UInt64) {
    self.pid = pid
    self.tid = tid
    self.isIn = isIn
    self.isPreempted = isPreempted
    self.time = time
  }
}

/// What of threads' waiting is sampled.
package enum WaitSampling: Hashable, Sendable {
  /// Nothing.
  case none
  /// Waiting alone.
  case waits
  /// Waiting beside CPU time.
  case wall
}
