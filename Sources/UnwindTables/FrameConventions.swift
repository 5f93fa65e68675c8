import ProfileModel

/// What decoding needs to know of an architecture's calling convention.
struct FrameConventions: Sendable {
  let architecture: Architecture
  /// DWARF number of the stack pointer.
  let stackPointer: UInt8
  /// The return-address column that CIEs of this architecture name.
  let returnAddressColumn: UInt8
  /// DWARF number of the program counter, by which slot 0 goes.
  let programCounter: UInt8
  /// The slot that the return address is stated for: the link register's where there is one.
  let returnAddressSlot: Int
  /// DWARF numbers below this one may be what a CFA is computed from.
  let registerLimit: UInt8
  /// Slots below this one hold registers that callers rely on; the others may be given up as undefined.
  let preservedSlots: Int
  /// Whether opcodes 0x2C and 0x2D toggle the signing of the return address.
  let canSignReturnAddress: Bool
  /// A word, by which slots count, has two to this power bytes.
  let wordShift: UInt8
  /// Slots of the registers 0 to 15 and 16 to 31, four bits each; 15 where there is none.
  private let slots: (UInt64, UInt64)

  init(
    _ architecture: Architecture, stackPointer: UInt8, returnAddressColumn: UInt8, returnAddressSlot: Int,
    registerLimit: UInt8, preservedSlots: Int, canSignReturnAddress: Bool
  ) {
    self.architecture = architecture
    self.stackPointer = stackPointer
    self.returnAddressColumn = returnAddressColumn
    self.returnAddressSlot = returnAddressSlot
    self.registerLimit = registerLimit
    self.preservedSlots = preservedSlots
    self.canSignReturnAddress = canSignReturnAddress
    wordShift = UInt8(truncatingIfNeeded: architecture.wordSize.trailingZeroBitCount)
    let numbers = RegisterSlots.of(architecture).numbers
    programCounter = numbers[0]
    var slots: (UInt64, UInt64) = (.max, .max)
    for slot in 0..<UnwindRule.slotCount where numbers[slot] < 32 {
      let clear = UInt64(15 ^ slot) << UInt64(numbers[slot] % 16 * 4)
      if numbers[slot] < 16 { slots.0 ^= clear } else { slots.1 ^= clear }
    }
    self.slots = slots
  }

  /// The conventions of `architecture`.
  static func of(_ architecture: Architecture) -> FrameConventions {
    switch architecture {
    case .x86_64: .x86_64
    case .aarch64: .aarch64
    case .i386: .i386
    }
  }

  /// The slot of the register with this DWARF number, if there is one.
  func slot(ofRegister number: UInt64) -> Int? {
    guard number < 32 else { return nil }
    let slot = ((number < 16 ? slots.0 : slots.1) >> (number % 16 * 4)) & 15
    return slot == 15 ? nil : Int(slot)
  }

  /// A rule for code that is known by its whole state, whatever the state says.
  func knownFrame(_ state: borrowing FrameState, isSignalFrame: Bool) -> UnwindRule? {
    switch architecture {
    case .x86_64, .i386: nil
    case .aarch64: isSignalFrame ? UnwindRule.aarch64SignalFrame(state) : nil
    }
  }
}
