import ProfileModel

extension UnwindContext {
  /// Executes the instruction at `address`.
  func executeX86_64(at address: UInt64, in state: inout FlowState) -> CodeStep? {
    var bytes = code(at: address)
    var instruction = InstructionX86_64(bytes)
    if instruction == nil, bytes.count < 15 {
      bytes = code(at: address, count: 15)
      instruction = InstructionX86_64(bytes)
    }
    guard let instruction else { return nil }
    let usesFramePointer = state.usesFramePointer(instruction)
    let replacesFramePointer = state.replacesFramePointer(instruction)
    let direction = state.execute(instruction, at: address)
    return CodeStep(
      next: address &+ UInt64(instruction.length), direction: direction, usesFramePointer: usesFramePointer,
      replacesFramePointer: replacesFramePointer)
  }

  /// Whether nothing but what compilers fill with lies between an address and the next one where functions may begin.
  func isPadding(from address: UInt64) -> Bool {
    guard architecture == .x86_64, address & 15 != 0 else { return false }
    let end = (address | 15) &+ 1
    var place = address
    while place < end {
      let bytes = code(at: place, count: 15)
      guard let instruction = InstructionX86_64(bytes) else { return false }
      let isNop =
        instruction.map == .primary && [0x90, 0xCC].contains(instruction.opcode)
        || instruction.map == .secondary && instruction.opcode == 0x1F
      guard isNop else { return false }
      place &+= UInt64(instruction.length)
    }
    return place == end
  }

  /// What the code says from the nearest preceding `push %rbp; mov %rsp, %rbp` on that leads to a place.
  func prologueRule(before place: CodeAddress) -> CallerRule? {
    let pc = place.address
    guard architecture == .x86_64, let region = space.region(at: pc) else { return nil }
    let start = max(region.start, pc &- min(pc, Self.prologueReach))
    guard let code = bytes(at: start, count: Int(pc - start)), code.count >= 4 else { return nil }
    for index in stride(from: code.count - 4, through: 0, by: -1) {
      // 48 89 e5 or 48 8b ec.
      guard code[index] == 0x55, code[index + 1] == 0x48,
        code[index + 2] == 0x89 && code[index + 3] == 0xE5 || code[index + 2] == 0x8B && code[index + 3] == 0xEC
      else { continue }
      let prologue = start &+ UInt64(index)
      guard case .reached(let rule?) = fit(ofCallTo: prologue, leadingTo: place) else { return nil }
      return rule.slot == .register(conventions.pointers.fp, 8) ? rule : nil
    }
    return nil
  }

  /// How far before the program counter the beginning of its function is looked for.
  private static let prologueReach: UInt64 = 2_048
}

extension FlowState {
  /// Whether an instruction takes the frame pointer, as it was where a walk began, for one: it addresses what lies below
  /// it, or sets the stack pointer by it.
  func usesFramePointer(_ instruction: InstructionX86_64) -> Bool {
    guard self[Self.rbp] == .register(Self.rbp, 0) else { return false }
    let (rsp, rbp): (UInt8, UInt8) = (4, 5)
    if let memory = instruction.memory, memory.base == rbp, memory.index == nil {
      if memory.displacement < 0 { return true }
      return instruction.opcode == 0x8D && instruction.map == .primary && instruction.reg == rsp
    }
    guard instruction.map == .primary, !instruction.isVector else { return false }
    switch instruction.opcode {
    case 0xC9: return true
    case 0x89: return instruction.isWide && instruction.reg == rbp && instruction.rm == rsp
    case 0x8B: return instruction.isWide && instruction.reg == rsp && instruction.rm == rbp
    default: return false
    }
  }
}

extension FlowState {
  /// Whether an instruction pushes the frame pointer as it was where a walk began, or puts something else in its place
  /// that it does not take from the stack.
  func replacesFramePointer(_ instruction: InstructionX86_64) -> Bool {
    guard self[Self.rbp] == .register(Self.rbp, 0) else { return false }
    if instruction.map == .primary, !instruction.isVector {
      switch instruction.opcode {
      case 0x55: return !instruction.hasREX || instruction.opcodeExtension == 0
      case 0x5D, 0xC9: return false
      case 0x89 where instruction.rm == 5, 0x8B where instruction.reg == 5 && instruction.rm != nil: return true
      default: break
      }
    }
    return instruction.writtenRegisters & 1 << 5 != 0
  }
}

/// What the instruction before a return address is (x86-64).
enum CallX86_64 {
  /// The target of `call` with a 32-bit distance (E8).
  static func directTarget(_ preceding: ArraySlice<UInt8>, endingAt address: UInt64) -> UInt64? {
    let code = Array(preceding.suffix(5))
    guard code.count == 5, code[0] == 0xE8 else { return nil }
    let distance = code[1...].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return address &+ UInt64(bitPattern: Int64(Int32(bitPattern: distance)))
  }

  /// Whether the bytes end with a `call` by register or memory (FF /2): one as long as its operand says.
  static func isIndirect(_ preceding: ArraySlice<UInt8>) -> Bool {
    (2...7).contains { length in
      let code = CodeBytes(preceding.suffix(length))
      guard code.count == length, code[0] == 0xFF, let instruction = InstructionX86_64(code) else { return false }
      return instruction.length == length && instruction.group == 2
    }
  }
}
