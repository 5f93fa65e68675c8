/// How a frame's canonical frame address is computed, as call frame instructions state it.
enum CFARule: Equatable, BitwiseCopyable {
  /// Not stated, or in a way that has no compact form.
  case unsupported
  /// register + offset
  case registerOffset(Int32, UInt8)
  /// *(register + inner) + outer
  case dereference(inner: Int16, outer: Int16, UInt8)
  /// register + offset, and a word more when the program counter's low four bits reach the threshold
  case procedureLinkage(offset: Int16, threshold: Int16, UInt8)
}

/// Where the caller's value of a register is, as call frame instructions state it (DWARF 5, section 6.4.1).
enum RegisterRule: Equatable, BitwiseCopyable {
  /// Still in the register; also what holds for a register that nothing was said about.
  case unchanged
  /// Lost.
  case undefined
  /// In memory at CFA + offset.
  case atCFA(Int32)
  /// In memory at register + offset.
  case atRegister(Int32, UInt8)
  /// Equal to CFA + offset.
  case valueOfCFA(Int32)
  /// In another register.
  case inRegister(UInt8)
  /// Stated in a way that has no compact form.
  case unsupported
}

/// The rules of one row while call frame instructions are executed.
///
/// Copied for every remembered state and every function, hence kept small.
struct FrameState: BitwiseCopyable {
  /// The canonical frame address.
  var cfa: CFARule
  /// By slot of the architecture.
  private(set) var registers: InlineArray<14, RegisterRule>
  /// The stack pointer, which has no slot because it equals the CFA.
  var stackPointer: RegisterRule
  /// Whether the return address carries a pointer authentication code here.
  var isReturnAddressSigned: Bool
  /// The slots as a rule has them when it addresses registers from the CFA; nearly every row is such a rule.
  private(set) var slots: RuleSlots
  /// Bit i is set when `slots` can't say what holds for slot i.
  private(set) var unusualSlots: UInt16

  /// Nothing stated yet.
  init() {
    cfa = .unsupported
    registers = InlineArray(repeating: .unchanged)
    stackPointer = .unchanged
    isReturnAddressSigned = false
    slots = RuleSlots()
    unusualSlots = 0
  }

  /// States the rule of a slot.
  mutating func set(_ rule: RegisterRule, slot: Int, in conventions: FrameConventions) {
    registers[slot] = rule
    let bit: UInt16 = 1 &<< UInt16(slot)
    unusualSlots &= ~bit
    if rule == .unchanged {
      slots.clear(slot)
    } else if rule == .undefined {
      slots.set(slot, words: RuleSlots.undefined)
    } else if case .atCFA(let offset) = rule, let words = RuleSlots.words(Int64(offset), shift: conventions.wordShift) {
      slots.set(slot, words: words)
    } else {
      slots.clear(slot)
      unusualSlots |= bit
    }
  }

  /// States the rule of a register; one that no slot holds is ignored, since no rule can depend on it.
  mutating func set(_ rule: RegisterRule, register number: UInt64, in conventions: FrameConventions) {
    if let slot = conventions.slot(ofRegister: number) {
      set(rule, slot: slot, in: conventions)
    } else if number == UInt64(conventions.stackPointer) {
      stackPointer = rule
    }
  }

  /// Makes the rule of a register what it is in `other`.
  mutating func restore(register number: UInt64, from other: borrowing FrameState, in conventions: FrameConventions) {
    if let slot = conventions.slot(ofRegister: number) {
      set(other.registers[slot], slot: slot, in: conventions)
    } else if number == UInt64(conventions.stackPointer) {
      stackPointer = other.stackPointer
    }
  }
}
