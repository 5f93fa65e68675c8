import ProfileModel
import RecordingFormat
import Sampling

/// Reads, while it is recorded, how often a function was called.
package final class WorkCounter: WindowSink {
  private var counter: CallCounter?
  private var work: WorkCount
  /// Calls before sampling began.
  private var first: UInt64?
  private var nextLook = 0.0

  /// The least time between two looks in seconds, and what one descriptor more adds.
  private static let looksApart = 0.1
  private static let apartForDescriptor = 0.001

  init(_ counter: consuming CallCounter, function: String, module: String) {
    self.counter = consume counter
    work = WorkCount(function: function, module: module)
  }

  package func begin(_ header: RecordingHeader) { first = counter?.count }

  package func update(_ progress: RecordProgress) {
    guard progress.seconds >= nextLook else { return }
    look(at: progress.seconds)
    nextLook = progress.seconds + Self.looksApart + Self.apartForDescriptor * Double(counter?.size ?? 0)
  }

  private func look(at seconds: Double) {
    guard let count = counter?.count, seconds >= 0 else { return }
    work.add(WorkCount.Point(time: UInt64(seconds * 1e9), count: count - min(count, first ?? 0)))
  }

  /// Ends counting: all calls so far.
  func finish(at seconds: Double) -> WorkCount {
    look(at: seconds)
    counter = nil
    return work
  }
}
