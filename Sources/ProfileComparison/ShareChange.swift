/// How a function's share of the samples differs between two profiles.
public struct ShareChange: Hashable, Sendable {
  /// What can be said of a difference.
  public enum Verdict: String, Hashable, Sendable {
    /// The share is larger, beyond noise.
    case grew
    /// The share is smaller, beyond noise.
    case shrank
    /// The difference could be noise.
    case noise
  }

  /// Samples in the earlier profile.
  public var samplesBefore: Int64
  /// Samples in the later profile.
  public var samplesAfter: Int64
  /// Share of the earlier profile's samples, 0 to 1.
  public var before: Double
  /// Share of the later profile's samples, 0 to 1.
  public var after: Double
  /// Half the width of the 95 % confidence interval of the difference.
  public var margin: Double
  /// The probability of a difference at least this large when nothing changed.
  public var probability: Double
  /// What can be said, given how many functions were looked at.
  public var verdict: Verdict

  /// `after` less `before`.
  public var difference: Double { after - before }
}
