/// How a frame's canonical frame address is computed, as call frame instructions state it.
enum CFARule: Equatable, BitwiseCopyable {
  /// Not stated, or in a way that has no compact form.
  case unsupported
  /// register + offset
  case registerOffset(UInt8, Int64)
  /// *(register + inner) + outer
  case dereference(UInt8, inner: Int64, outer: Int64)
  /// register + offset, and 8 more when the program counter's low four bits reach the threshold
  case procedureLinkage(UInt8, offset: Int64, threshold: Int64)
}

/// Where the caller's value of a register is, as call frame instructions state it (DWARF 5, section 6.4.1).
enum RegisterRule: Equatable, BitwiseCopyable {
  /// Still in the register; also what holds for a register that nothing was said about.
  case unchanged
  /// Lost.
  case undefined
  /// In memory at CFA + offset.
  case atCFA(Int64)
  /// In memory at register + offset.
  case atRegister(UInt8, Int64)
  /// Equal to CFA + offset.
  case valueOfCFA(Int64)
  /// In another register.
  case inRegister(UInt8)
  /// Stated in a way that has no compact form.
  case unsupported
}

/// The rules of one row while call frame instructions are executed.
struct FrameState: BitwiseCopyable {
  /// The canonical frame address.
  var cfa: CFARule
  /// By slot of the architecture.
  var registers: InlineArray<14, RegisterRule>
  /// The stack pointer, which has no slot because it equals the CFA.
  var stackPointer: RegisterRule
  /// Whether the return address carries a pointer authentication code here.
  var isReturnAddressSigned: Bool

  /// Nothing stated yet.
  init() {
    cfa = .unsupported
    registers = InlineArray(repeating: .unchanged)
    stackPointer = .unchanged
    isReturnAddressSigned = false
  }

  /// States the rule of a register; one that no slot holds is ignored, since no rule can depend on it.
  mutating func set(_ rule: RegisterRule, forRegister number: UInt64, in conventions: FrameConventions) {
    if let slot = conventions.slots.slot(ofRegister: number) {
      registers[slot] = rule
    } else if number == UInt64(conventions.stackPointer) {
      stackPointer = rule
    }
  }

  /// Makes the rule of a register what it is in `other`.
  mutating func restore(register number: UInt64, from other: FrameState, in conventions: FrameConventions) {
    if let slot = conventions.slots.slot(ofRegister: number) {
      registers[slot] = other.registers[slot]
    } else if number == UInt64(conventions.stackPointer) {
      stackPointer = other.stackPointer
    }
  }
}
