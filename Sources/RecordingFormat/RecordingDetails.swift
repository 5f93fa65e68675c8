/// What of a recording is shown that is left out as a rule.
public struct RecordingDetails: OptionSet, Sendable {
  /// One bit each.
  public let rawValue: UInt8
  /// Details by their bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Compiler-made functions beside those that they lead to; otherwise a thunk that calls or is called by the function it is
  /// named after is one frame with it.
  public static let thunks = RecordingDetails(rawValue: 1)
  /// The frames of executors that run Swift tasks; otherwise `[Swift task]` stands for them.
  public static let executorFrames = RecordingDetails(rawValue: 2)
}
