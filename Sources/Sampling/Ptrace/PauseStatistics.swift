/// How long observed threads were held, in nanoseconds; kept as counts in ranges that are at most 1/16 wide.
package struct PauseStatistics: Hashable, Sendable {
  /// How many there were.
  package private(set) var count: UInt64 = 0
  /// The longest.
  package private(set) var longest: UInt64 = 0
  /// Bucket b of octave o counts pauses of (16 + b) * 2^o nanoseconds and more; those below 16 have one each.
  private var buckets = [UInt32](repeating: 0, count: 61 * 16)

  /// No pause yet.
  package init() {}

  /// Counts one pause.
  package mutating func add(_ nanoseconds: UInt64) {
    count += 1
    longest = max(longest, nanoseconds)
    buckets[Self.bucket(of: nanoseconds)] &+= 1
  }

  /// The pause that a `share` (0 to 1) of all did not exceed, at most 1/16 too long; 0 when there was none.
  package func percentile(_ share: Double) -> UInt64 {
    guard count > 0 else { return 0 }
    let rank = UInt64((share.clamped(to: 0...1) * Double(count)).rounded(.up))
    var seen: UInt64 = 0
    for (index, bucket) in buckets.enumerated() {
      seen += UInt64(bucket)
      if seen >= max(1, rank) { return min(longest, Self.upperBound(of: index)) }
    }
    return longest
  }

  private static func bucket(of value: UInt64) -> Int {
    guard value >= 16 else { return Int(value) }
    let octave = 59 - value.leadingZeroBitCount
    return (octave + 1) * 16 + Int(value >> UInt64(octave)) - 16
  }

  private static func upperBound(of bucket: Int) -> UInt64 {
    guard bucket >= 16 else { return UInt64(bucket) }
    let octave = UInt64(bucket / 16 - 1)
    return (UInt64(bucket % 16) + 16) << octave + (1 << octave - 1)
  }
}

extension Comparable {
  fileprivate func clamped(to range: ClosedRange<Self>) -> Self { min(max(self, range.lowerBound), range.upperBound) }
}
