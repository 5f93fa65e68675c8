/// What x86-64 instructions do to general registers and the stack.
///
/// Exact for all that moves the stack pointer, the frame pointer or saved registers as compilers and people write it;
/// for the rest it is enough to know what is overwritten.
extension FlowState {
  /// DWARF numbers in the order of the processor's.
  private static let numbers: InlineArray<16, UInt8> = [0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15]
  static let (rsp, rbp): (UInt8, UInt8) = (7, 6)

  private func number(_ register: UInt8) -> UInt8 { Self.numbers[Int(register & 15)] }

  /// The effect of an instruction at `address`, and where code goes on.
  mutating func execute(_ instruction: InstructionX86_64, at address: UInt64) -> FlowDirection {
    let next = address &+ UInt64(instruction.length)
    if instruction.map == .primary, !instruction.isVector {
      return executePrimary(instruction, next)
    }
    if instruction.map == .secondary, !instruction.isVector {
      switch instruction.opcode {
      case 0x80...0x8F: return .branch(next &+ UInt64(bitPattern: instruction.immediate))
      case 0x0B, 0xB9, 0xFF, 0x07: return .stop
      case 0x05:
        forgetWritten(instruction)
        return .systemCall
      default: break
      }
    }
    forgetWritten(instruction)
    return .next
  }

  private mutating func executePrimary(_ instruction: InstructionX86_64, _ next: UInt64) -> FlowDirection {
    let target = next &+ UInt64(bitPattern: instruction.immediate)
    switch instruction.opcode {
    case 0x50...0x57, 0x58...0x5F, 0x68, 0x6A, 0x8F, 0x9C, 0x9D, 0xC8, 0xC9:
      return moveStack(instruction)
    case 0x70...0x7F, 0xE0...0xE3: return .branch(target)
    case 0xE9, 0xEB: return .jump(target)
    case 0xE8:
      guard instruction.immediate != 0 else {
        push(.unknown)
        return .callOfNext
      }
      forgetVolatile()
      return .call
    case 0xC3, 0xC2:
      let slot = self[Self.rsp]
      let popped = instruction.opcode == 0xC2 ? instruction.immediate & 0xFFFF : 0
      return .returning(slot: slot, stackPointer: slot.adding(8 + popped))
    case 0xFF where 2...5 ~= instruction.group: return branchIndirectly(instruction, next)
    case 0xFF where instruction.group == 6:
      push(value(ofOperand: instruction))
      return .next
    case 0xCB, 0xCA, 0xCC, 0xCF, 0xF1, 0xF4: return .stop
    case 0xCD: return .next
    case 0xB8...0xBF where instruction.isWide:
      let register = number(instruction.opcode & 7 | instruction.opcodeExtension)
      self[register] = .constant(UInt64(bitPattern: instruction.immediate))
      return .next
    case 0x89, 0x8B, 0x8D, 0xC7, 0x01, 0x03, 0x29, 0x2B, 0x81, 0x83, 0x87: return moveValue(instruction)
    default:
      forgetWritten(instruction)
      return .next
    }
  }

  private mutating func branchIndirectly(_ instruction: InstructionX86_64, _ next: UInt64) -> FlowDirection {
    switch instruction.group {
    case 2:
      forgetVolatile()
      return .call
    case 4:
      if let memory = instruction.memory, memory.isRelative, memory.index == nil, !memory.isInSegment {
        return .jumpThrough(next &+ UInt64(bitPattern: Int64(memory.displacement)))
      }
      if let memory = instruction.memory, let base = memory.base, memory.index != nil, memory.scale == 8 {
        return .jumpByTable(self[number(base)].adding(Int64(memory.displacement)))
      }
      return .jumpTo(value(ofOperand: instruction))
    default: return .stop
    }
  }

  private mutating func push(_ value: FlowValue) {
    self[Self.rsp] = self[Self.rsp].adding(-8)
    store(value, at: self[Self.rsp])
    if self[Self.rsp] == .unknown { note(pushed: value) }
  }

  private mutating func pop() -> FlowValue {
    let value = load(self[Self.rsp])
    self[Self.rsp] = self[Self.rsp].adding(8)
    return value
  }

  /// push, pop, pushf, popf, enter, leave.
  private mutating func moveStack(_ instruction: InstructionX86_64) -> FlowDirection {
    // 16-bit pushes exist, but nobody writes them.
    guard !instruction.isNarrow || instruction.opcode == 0x9C else { return .stop }
    let register = number(instruction.opcode & 7 | instruction.opcodeExtension)
    switch instruction.opcode {
    case 0x50...0x57: push(self[register])
    case 0x58...0x5F: self[register] = pop()
    case 0x68, 0x6A, 0x9C: push(.unknown)
    case 0x9D: _ = pop()
    case 0x8F:
      let value = pop()
      if let rm = instruction.rm { self[number(rm)] = value } else { store(value, at: address(instruction.memory)) }
    case 0xC9:
      self[Self.rsp] = self[Self.rbp]
      self[Self.rbp] = pop()
    default:  // enter
      push(self[Self.rbp])
      self[Self.rbp] = self[Self.rsp]
      self[Self.rsp] = self[Self.rsp].adding(-(instruction.immediate & 0xFFFF))
    }
    return .next
  }

  /// mov, lea, add, sub, xchg.
  private mutating func moveValue(_ instruction: InstructionX86_64) -> FlowDirection {
    guard instruction.isWide else {
      forgetWritten(instruction)
      return .next
    }
    let reg = number(instruction.reg)
    switch instruction.opcode {
    case 0x8D: self[reg] = instruction.memory?.isInSegment == true ? .unknown : address(instruction.memory)
    case 0x8B: self[reg] = value(ofOperand: instruction)
    case 0x89: setOperand(instruction, self[reg])
    case 0xC7: setOperand(instruction, .unknown)
    case 0x87:
      let (old, new) = (value(ofOperand: instruction), self[reg])
      setOperand(instruction, new)
      self[reg] = old
    case 0x81, 0x83:
      switch instruction.group {
      case 0: setOperand(instruction, value(ofOperand: instruction).adding(instruction.immediate))
      case 5: setOperand(instruction, value(ofOperand: instruction).adding(-instruction.immediate))
      case 7: break
      default: setOperand(instruction, .unknown)
      }
    case 0x03, 0x2B: self[reg] = .unknown
    default: setOperand(instruction, .unknown)  // add, sub to the operand
    }
    return .next
  }

  private func value(ofOperand instruction: InstructionX86_64) -> FlowValue {
    if let rm = instruction.rm { return self[number(rm)] }
    return instruction.memory?.isInSegment == true ? .unknown : load(address(instruction.memory))
  }

  private mutating func setOperand(_ instruction: InstructionX86_64, _ value: FlowValue) {
    if let rm = instruction.rm {
      self[number(rm)] = value
    } else if instruction.memory?.isInSegment != true {
      store(value, at: address(instruction.memory))
    }
  }

  private func address(_ memory: InstructionX86_64.Memory?) -> FlowValue {
    guard let memory, let base = memory.base, memory.index == nil else { return .unknown }
    return self[number(base)].adding(Int64(memory.displacement))
  }

  /// What a callee need not preserve (System V ABI for AMD64, figure 3.4).
  private mutating func forgetVolatile() {
    for number in [0, 1, 2, 4, 5, 8, 9, 10, 11] as [UInt8] { self[number] = .unknown }
  }

  /// Forgets the registers and the word that an instruction overwrites.
  private mutating func forgetWritten(_ instruction: InstructionX86_64) {
    let written = instruction.writtenRegisters
    for register in 0..<16 as Range<UInt8> where written & 1 << register != 0 { self[number(register)] = .unknown }
    if instruction.writesOperand, instruction.rm == nil, instruction.memory?.isInSegment != true {
      store(.unknown, at: address(instruction.memory))
    }
  }
}
