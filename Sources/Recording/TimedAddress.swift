/// An address of run-time code with the tenth of a second in which it was seen, since such addresses are used again.
///
///     63        48 47                              0
///     ├ moment + 1┤├ address ──────────────────────┤     moment 0: not timed
struct TimedAddress: Hashable {
  /// As it stands in recordings.
  var bits: UInt64

  private static let addressBits: UInt64 = 48
  private static let nanoseconds: UInt64 = 100_000_000

  /// Takes apart what stands in a recording.
  init(bits: UInt64) { self.bits = bits }

  /// An address seen at `time`; both times in nanoseconds. Past 109 minutes all moments are the last.
  init(_ address: UInt64, at time: UInt64, since start: UInt64) {
    let moment = min(0xFFFE, (time > start ? time - start : 0) / Self.nanoseconds)
    bits = address & (1 << Self.addressBits - 1) | (moment + 1) << Self.addressBits
  }

  /// The address alone.
  var address: UInt64 { bits & (1 << Self.addressBits - 1) }

  /// The middle of the moment; nil when the address is not timed.
  func time(since start: UInt64) -> UInt64? {
    let moment = bits >> Self.addressBits
    return moment == 0 ? nil : start &+ (moment - 1) * Self.nanoseconds + Self.nanoseconds / 2
  }
}
