import RecordingFormat

/// Takes what is sampled, in windows of time that follow one another: a file, a view of what is being sampled, whoever is
/// sent it.
///
/// All is called on the polling thread, while records wait in rings of limited size: what takes longer than some
/// milliseconds belongs on a thread of the sink's own, which a window may be handed to. A sink implements what it needs.
package protocol WindowSink: AnyObject {
  /// Whether frames are to be named while sampling goes on, soon after the window that has them.
  var wantsNames: Bool { get }
  /// Sampling begins.
  func begin(_ header: RecordingHeader)
  /// The sampler was polled: about ten times a second, or oftener.
  func update(_ progress: RecordProgress)
  /// A window is over: after two seconds, or earlier where there are many samples. The last comes when sampling ends.
  func take(_ window: RecordingWindow)
  /// The names of a module are known whose rows windows before had; they take the place of earlier ones, but for a sink
  /// that wants names early, which is told those that are new.
  ///
  /// - Parameter isAtEnd: Whether no window follows.
  func take(_ names: RecordedNames, isAtEnd: Bool)
  /// All markers, frames and stacks are forgotten, lest they fill the memory; the next window's rows are the first again.
  /// Happens only where frames are named while sampling goes on and nobody keeps a recording.
  func restart()
}

extension WindowSink {
  /// No.
  package var wantsNames: Bool { false }
  /// Nothing.
  package func restart() {}
  /// Nothing.
  package func begin(_ header: RecordingHeader) {}
  /// Nothing.
  package func update(_ progress: RecordProgress) {}
  /// Nothing.
  package func take(_ window: RecordingWindow) {}
  /// Nothing.
  package func take(_ names: RecordedNames, isAtEnd: Bool) {}
}
