import BinaryReading

/// A thread whose wait ended because somebody woke it.
package struct WokenThread: Hashable, Sendable {
  /// The process.
  package var pid: Int32
  /// The thread.
  package var tid: Int32
  /// When it left its processor, within microseconds of the sample of that; 0 where it was found waiting.
  package var leftAt: UInt64

  /// A thread that was woken.
  package init(pid: Int32, tid: Int32, leftAt: UInt64) {
    self.pid = pid
    self.tid = tid
    self.leftAt = leftAt
  }

  /// Bytes of it in a sample of its waker: thread, process, time.
  static let size = 16

  /// Reads it from a sample of its waker.
  init(_ bytes: RawSpan) throws(BinaryReadingError) {
    self.init(pid: try bytes.load(at: 4), tid: try bytes.load(at: 0), leftAt: try bytes.load(at: 8))
  }
}
