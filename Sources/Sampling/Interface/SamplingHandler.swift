import Processes
import ProfileModel

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
  /// A thread was put on a processor or taken off it; a sample of its leaving came before.
  mutating func switched(_ change: ThreadSwitch)
  /// A thread was found waiting, and stands still while the handler has its sample.
  mutating func waiting(_ sample: borrowing RawSample, for reason: WaitReason)
  /// A thread that waits was woken, by the thread of `sample` or by an interrupt that came in between; whether that thread is
  /// of a process that the handler is told of.
  mutating func woken(_ thread: WokenThread, by sample: borrowing RawSample, isTold: Bool)
  /// From now on one in so many switches is sampled; where that isn't each, none is recorded otherwise.
  mutating func pace(_ switchesPerSample: UInt64)
}

/// Handlers that ask for no switches are told of none.
extension SamplingHandler where Self: ~Copyable {
  /// Nothing.
  package mutating func switched(_ change: ThreadSwitch) {}
  /// Nothing.
  package mutating func waiting(_ sample: borrowing RawSample, for reason: WaitReason) {}
  /// Nothing.
  package mutating func woken(_ thread: WokenThread, by sample: borrowing RawSample, isTold: Bool) {}
  /// Nothing.
  package mutating func pace(_ switchesPerSample: UInt64) {}
}
