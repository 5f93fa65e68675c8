import ProfileModel

/// What a file may make of itself at most: small files can be made that would fill any memory.
///
/// The limits are far above what profiles of real programs have, and their sum below a gigabyte.
public struct InputBudget: Sendable {
  /// The most distinct functions, frames or modules.
  static let names = 2_000_000
  /// The most nodes of the tree of stacks.
  static let stacks = 8_000_000
  /// The most samples, of all value types together.
  static let samples = 8_000_000
  /// The most bytes that compressed files may hold.
  public static let unpackedBytes = 1 << 30
  /// The most frames that a file may go through which refers to some of them many times.
  static let steps = 200_000_000

  /// Frames gone through so far.
  private var steps = 0

  /// Refuses a profile that grew out of all proportion.
  @inline(__always)
  func check(_ profile: Profile) throws(ProfileFormatError) {
    if profile.stacks.count > Self.stacks { throw .limitExceeded(what: "distinct stacks", limit: Self.stacks) }
    if profile.samples.count > Self.samples { throw .limitExceeded(what: "samples", limit: Self.samples) }
    if profile.functions.count > Self.names { throw .limitExceeded(what: "functions", limit: Self.names) }
    if profile.frames.count > Self.names { throw .limitExceeded(what: "places in functions", limit: Self.names) }
    if profile.threads.count > Self.names { throw .limitExceeded(what: "threads", limit: Self.names) }
  }

  /// Counts `frames` gone through.
  @inline(__always)
  mutating func step(_ frames: Int) throws(ProfileFormatError) {
    steps += frames
    if steps > Self.steps { throw .limitExceeded(what: "frames of all stacks", limit: Self.steps) }
  }
}

extension ProfileMetadata {
  /// Adds a sentence on what limits trust in a file from elsewhere.
  mutating func say(_ sentence: String) { notes.append(.sentence(sentence)) }
}
