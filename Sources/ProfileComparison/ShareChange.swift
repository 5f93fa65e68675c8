/// How a function's share of the samples differs between two profiles.
package struct ShareChange: Hashable, Sendable {
  /// What can be said of a difference.
  package enum Verdict: String, Hashable, Sendable {
    /// The share is larger, beyond noise.
    case grew
    /// The share is smaller, beyond noise.
    case shrank
    /// The difference could be noise.
    case noise
  }

  /// Samples in the earlier profile.
  package var samplesBefore: Int64
  /// Samples in the later profile.
  package var samplesAfter: Int64
  /// Share of the earlier profile's samples, 0 to 1.
  package var before: Double
  /// Share of the later profile's samples, 0 to 1.
  package var after: Double
  /// Half the width of the 95 % confidence interval of the difference.
  package var margin: Double
  /// The probability of a difference at least this large when nothing changed.
  package var probability: Double
  /// What can be said, given how many functions were looked at.
  package var verdict: Verdict

  /// `after` less `before`.
  package var difference: Double { after - before }
}
