/// One x86-64 instruction: how long it is and what it names.
///
/// Source: Intel SDM, volume 2, chapter 2 and appendix A; checked against a disassembler over whole programs.
struct InstructionX86_64: Equatable {
  /// Which table the opcode is in.
  enum Map: UInt8 {
    /// One byte.
    case primary
    /// Behind 0F.
    case secondary
    /// Behind 0F 38.
    case third
    /// Behind 0F 3A.
    case fourth
    /// Others, which only EVEX reaches.
    case other
    /// AMD's XOP, with an immediate byte, without, and with four immediate bytes.
    case xopByte, xop, xopWord
  }

  /// An operand in memory: the sum of what is there.
  struct Memory: Equatable {
    /// Number of the base register; nil for none.
    var base: UInt8?
    /// Number of the index register; nil for none.
    var index: UInt8?
    /// Factor of the index.
    var scale: UInt8 = 1
    /// What is added.
    var displacement: Int32 = 0
    /// Whether the address of the next instruction is added.
    var isRelative = false
    /// Whether a segment's base is added, as for thread-local variables.
    var isInSegment = false
  }

  /// Bytes.
  var length = 0
  /// Where the opcode is from.
  var map = Map.primary
  /// Its last byte.
  var opcode: UInt8 = 0
  /// Whether it is VEX- or EVEX-encoded.
  var isVector = false
  /// The additional register of VEX and EVEX.
  var additional: UInt8 = 0
  /// 64-bit operands (REX.W or its like).
  var isWide = false
  /// The bit (8 or 0) that extends a register in the opcode (REX.B).
  var opcodeExtension: UInt8 = 0
  /// Whether there is a REX prefix.
  var hasREX = false
  /// 16-bit operands (66).
  var isNarrow = false
  /// The prefix F2 or F3, or 0.
  var repeatPrefix: UInt8 = 0
  /// Whether there is a ModRM byte.
  var hasModRM = false
  /// Its middle field with the REX bit, a register or part of the opcode.
  var reg: UInt8 = 0
  /// Its last field with the REX bit, where that names a register; nil where the operand is in memory.
  var rm: UInt8?
  /// The operand in memory.
  var memory: Memory?
  /// The immediate operand with its sign.
  var immediate: Int64 = 0

  /// The middle field without its REX bit: the part of the opcode.
  var group: UInt8 { reg & 7 }

  /// The instruction at the beginning of `code`; nil where there is none, or it is cut.
  init?(_ code: CodeBytes) {
    var reader = Reader(code: code)
    guard readPrefixes(&reader), let rexBits = readOpcode(&reader) else { return nil }
    if Self.hasModRM(map, opcode, isVector) { readOperand(&reader, rexBits) }
    let size = immediateSize(reader)
    guard let size else { return nil }
    // `enter` has two: the frame's size, then one byte.
    immediate = reader.number(size == 3 ? 2 : size)
    if size == 3 { reader.position += 1 }
    length = reader.position
    guard length <= min(code.count, 15) else { return nil }
  }

  /// Walks through the bytes.
  private struct Reader {
    let code: CodeBytes
    var position = 0
    /// 32-bit addresses (67).
    var hasShortAddress = false
    var isInSegment = false

    var next: UInt8 { code[position] }

    mutating func byte() -> UInt8 {
      defer { position += 1 }
      return position < CodeBytes.limit ? code[position] : 0
    }

    mutating func number(_ size: Int) -> Int64 {
      defer { position += size }
      return size == 0 || position + size > CodeBytes.limit ? 0 : code.number(at: position, size: size)
    }
  }

  private mutating func readPrefixes(_ reader: inout Reader) -> Bool {
    while reader.position < 15 {
      switch reader.next {
      case 0x66: isNarrow = true
      case 0x67: reader.hasShortAddress = true
      case 0xF2, 0xF3: repeatPrefix = reader.next
      case 0xF0, 0x2E, 0x36, 0x3E, 0x26: break
      case 0x64, 0x65: reader.isInSegment = true
      default: return true
      }
      reader.position += 1
    }
    return false
  }

  /// Reads REX, VEX or EVEX and the opcode, and returns the bits W, R, X and B.
  private mutating func readOpcode(_ reader: inout Reader) -> UInt8? {
    var bits: UInt8 = 0
    if reader.next & 0xF0 == 0x40 {
      bits = reader.byte() & 15
      hasREX = true
      isWide = bits & 8 != 0
      opcodeExtension = (bits & 1) << 3
    }
    opcode = reader.byte()
    switch opcode {
    case 0x0F: readEscape(&reader)
    case 0xC4, 0xC5, 0x62:
      guard !hasREX, let bits = readVector(&reader) else { return nil }
      return bits
    case 0x8F where reader.next & 0x38 != 0:
      guard !hasREX, let bits = readVector(&reader) else { return nil }
      return bits
    case 0x06, 0x07, 0x0E, 0x16, 0x17, 0x1E, 0x1F, 0x27, 0x2F, 0x37, 0x3F, 0x60, 0x61, 0x82, 0x9A, 0xCE, 0xD4...0xD6,
      0xEA:
      return nil
    default: break
    }
    return bits
  }

  private mutating func readEscape(_ reader: inout Reader) {
    map = .secondary
    opcode = reader.byte()
    guard opcode == 0x38 || opcode == 0x3A else { return }
    map = opcode == 0x38 ? .third : .fourth
    opcode = reader.byte()
  }

  private mutating func readVector(_ reader: inout Reader) -> UInt8? {
    isVector = true
    let first = reader.byte()
    var bits = ~first >> 5 & 7
    var number = first & 7
    switch opcode {
    case 0xC5:
      (bits, number) = (~first >> 5 & 4, 1)
      additional = ~first >> 3 & 15
    default:
      let second = reader.byte()
      isWide = second & 0x80 != 0
      additional = ~second >> 3 & 15
      if opcode == 0x62 { _ = reader.byte() } else { number = first & 31 }
    }
    switch number {
    case 1: map = .secondary
    case 2: map = .third
    case 3: map = .fourth
    case 5, 6, 7: map = .other
    case 8 where opcode == 0x8F: map = .xopByte
    case 9 where opcode == 0x8F: map = .xop
    case 10 where opcode == 0x8F: map = .xopWord
    default: return nil
    }
    opcode = reader.byte()
    return bits
  }

  /// Reads ModRM, SIB and displacement.
  private mutating func readOperand(_ reader: inout Reader, _ bits: UInt8) {
    hasModRM = true
    let byte = reader.byte()
    let (mode, low) = (byte >> 6, byte & 7)
    reg = byte >> 3 & 7 | (bits & 4) << 1
    // Control registers are always registers.
    if mode == 3 || map == .secondary && 0x20...0x23 ~= opcode && !isVector {
      rm = low | (bits & 1) << 3
      return
    }
    var memory = Memory(isInSegment: reader.isInSegment)
    memory.base = low | (bits & 1) << 3
    var hasNoBase = mode == 0 && low == 5
    memory.isRelative = hasNoBase
    if low == 4 {
      let sib = reader.byte()
      memory.base = sib & 7 | (bits & 1) << 3
      let index = sib >> 3 & 7 | (bits & 2) << 2
      if index != 4 { (memory.index, memory.scale) = (index, 1 << (sib >> 6)) }
      hasNoBase = mode == 0 && sib & 7 == 5
    }
    if hasNoBase { memory.base = nil }
    let size = mode == 1 ? 1 : mode == 2 || hasNoBase ? 4 : 0
    memory.displacement = Int32(truncatingIfNeeded: reader.number(size))
    self.memory = memory
  }

  private func immediateSize(_ reader: Reader) -> Int? {
    let word = isNarrow && !isWide ? 2 : 4
    switch map {
    case .third, .other, .xop: return 0
    case .fourth, .xopByte: return 1
    case .xopWord: return 4
    case .secondary:
      if isVector { return [0x70, 0x71, 0x72, 0x73, 0xC2, 0xC4, 0xC5, 0xC6].contains(opcode) ? 1 : 0 }
      switch opcode {
      case 0x80...0x8F: return 4
      case 0x0F, 0x70...0x73, 0xA4, 0xAC, 0xBA, 0xC2, 0xC4, 0xC5, 0xC6: return 1
      case 0x04, 0x0A, 0x0C, 0x24...0x27, 0x36, 0x39, 0x3B...0x3F: return nil
      default: return 0
      }
    case .primary: break
    }
    switch opcode {
    case 0x00...0x3F: return opcode & 7 == 4 ? 1 : opcode & 7 == 5 ? word : 0
    case 0x68, 0x69, 0x81, 0xA9, 0xC7: return word
    case 0x6A, 0x6B, 0x70...0x7F, 0x80, 0x83, 0xA8, 0xB0...0xB7, 0xC0, 0xC1, 0xC6, 0xCD, 0xE0...0xE7, 0xEB: return 1
    case 0xB8...0xBF: return isWide ? 8 : word
    case 0xA0...0xA3: return reader.hasShortAddress ? 4 : 8
    case 0xC2, 0xCA: return 2
    case 0xC8: return 3
    case 0xE8, 0xE9: return 4
    case 0xF6: return group < 2 ? 1 : 0
    case 0xF7: return group < 2 ? word : 0
    default: return 0
    }
  }

  private static func hasModRM(_ map: Map, _ opcode: UInt8, _ isVector: Bool) -> Bool {
    switch map {
    case .third, .fourth, .other, .xopByte, .xop, .xopWord: return true
    case .secondary:
      if isVector { return opcode != 0x77 }
      switch opcode {
      case 0x04...0x0C, 0x0E, 0x24...0x27, 0x30...0x3F, 0x77, 0x80...0x8F, 0xA0...0xA2, 0xA8...0xAA, 0xC8...0xCF:
        return false
      default: return true
      }
    case .primary:
      switch opcode {
      case 0x00...0x3F: return opcode & 7 < 4
      case 0x63, 0x69, 0x6B, 0x80...0x8F, 0xC0, 0xC1, 0xC6, 0xC7, 0xD0...0xD3, 0xD8...0xDF, 0xF6, 0xF7, 0xFE, 0xFF:
        return true
      default: return false
      }
    }
  }
}
