import ProfileModel

/// What decoding needs to know of an architecture's calling convention.
struct FrameConventions: Sendable {
  /// Which registers rules can restore.
  var slots: RegisterSlots
  /// DWARF number of the stack pointer.
  var stackPointer: UInt8
  /// The return-address column that CIEs of this architecture name.
  var returnAddressColumn: UInt64
  /// The slot of the register that the return address arrives in, where the architecture has a link register.
  var linkRegisterSlot: Int?
  /// DWARF numbers below this one may be what a CFA is computed from.
  var registerLimit: UInt8
  /// Slots below this one hold registers that callers rely on; the others may be given up as undefined.
  var preservedSlots: Int
  /// Whether opcodes 0x2C and 0x2D toggle the signing of the return address.
  var canSignReturnAddress: Bool
  /// A rule for code that is known by its whole state, whatever the state says.
  var knownFrame: @Sendable (FrameState, _ isSignalFrame: Bool) -> UnwindRule?

  /// The conventions of `architecture`.
  static func of(_ architecture: Architecture) -> FrameConventions {
    switch architecture {
    case .x86_64: .x86_64
    case .aarch64: .aarch64
    }
  }
}
