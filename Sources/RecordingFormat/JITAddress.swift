/// An address of run-time code with the number of the function that lay there, since such addresses are used again.
///
///     63       48 47                              0
///     ├ occupant ┤├ address ──────────────────────┤     occupant: see `JITDumpTail`; 0 without a jitdump
package struct JITAddress: Hashable {
  /// As it stands in recordings.
  package var bits: UInt64

  private static let addressBits: UInt64 = 48

  /// Takes apart what stands in a recording.
  package init(bits: UInt64) { self.bits = bits }

  /// An address, and who lay there.
  package init(_ address: UInt64, occupant: UInt16) {
    bits = address & (1 << Self.addressBits - 1) | UInt64(occupant) << Self.addressBits
  }

  /// The address alone.
  package var address: UInt64 { bits & (1 << Self.addressBits - 1) }

  /// Who lay there.
  package var occupant: UInt16 { UInt16(truncatingIfNeeded: bits >> Self.addressBits) }
}
