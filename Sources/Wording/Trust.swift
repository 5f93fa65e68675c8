import ProfileModel
import TextWriting

extension Completeness {
  /// What is known of the stacks' roots: `99.4 % of stacks rooted`; nil where there are no stacks.
  public var rootedText: String? {
    guard samples > 0 else { return nil }
    return rootedShare.map { "\($0.percent) of stacks rooted" } ?? "which stacks are rooted is not known"
  }

  /// The same where room is scarce: `99.4 % rooted`.
  public var shortRootedText: String? {
    guard samples > 0 else { return nil }
    return rootedShare.map { "\($0.percent) rooted" } ?? "roots not known"
  }
}

extension ProfileMetadata {
  /// How many samples were lost, as `3 lost`; nil where nobody counted.
  public var lostText: String? { isRecorded || lost > 0 ? "\(lost.grouped) lost" : nil }
}
