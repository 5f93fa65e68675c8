import Processes

/// Receives what a sampler sees, in order of time.
///
/// It's called on the thread that polls. While it works, records wait in the rings; what no longer fits there is
/// dropped by the kernel and reported through `lost`.
package protocol SamplingHandler: ~Copyable {
  /// A thread was observed.
  mutating func sample(_ sample: borrowing RawSample)
  /// Something changed in the sampled processes.
  mutating func event(_ event: ProcessEvent)
  /// The kernel dropped `count` records, since the last call, for lack of room in a ring.
  mutating func lost(_ count: UInt64, time: UInt64)
  /// The kernel paused an event that came too often.
  mutating func throttled(time: UInt64)
}
