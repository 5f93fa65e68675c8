import BinaryReading

/// The few shapes of DWARF expressions (DWARF 5, section 2.5) that unwind information is written in.
enum FrameExpression: Equatable {
  /// register + offset
  case registerOffset(UInt8, Int64)
  /// *(register + inner) + outer
  case dereference(UInt8, inner: Int64, outer: Int64)
  /// register + offset, and 8 more when the program counter's low four bits reach the threshold
  case procedureLinkage(UInt8, offset: Int64, threshold: Int64)

  /// Recognizes the expression that is `bytes`; nil for every other one.
  init?(_ bytes: RawSpan, programCounter: UInt64) {
    var cursor = ByteCursor(bytes)
    guard let recognized = try? Self.recognize(&cursor, programCounter: programCounter) else { return nil }
    self = recognized
  }

  private static func recognize(_ cursor: inout ByteCursor, programCounter: UInt64)
    throws(BinaryReadingError) -> FrameExpression?
  {
    guard let (number, base) = try readRegister(&cursor), let register = UInt8(exactly: number) else { return nil }
    var inner = base
    var outer: Int64?
    while !cursor.isAtEnd {
      if outer == nil, try isRegister(programCounter, next: cursor) {
        return try recognizeLinkage(&cursor, register: register, offset: inner)
      }
      let opcode: UInt8 = try cursor.read()
      switch opcode {
      case 0x96: break  // DW_OP_nop
      case 0x06:  // DW_OP_deref
        guard outer == nil else { return nil }
        outer = 0
      case 0x23:  // DW_OP_plus_uconst
        guard let constant = Int64(exactly: try cursor.readULEB128()) else { return nil }
        if outer == nil { inner &+= constant } else { outer? &+= constant }
      default:
        guard var constant = try readConstant(opcode, &cursor) else { return nil }
        switch try cursor.read(UInt8.self) {
        case 0x22: break  // DW_OP_plus
        case 0x1C: constant = 0 &- constant  // DW_OP_minus
        default: return nil
        }
        if outer == nil { inner &+= constant } else { outer? &+= constant }
      }
    }
    if let outer { return .dereference(register, inner: inner, outer: outer) }
    return .registerOffset(register, inner)
  }

  /// Reads DW_OP_breg0 to 31 or DW_OP_bregx.
  private static func readRegister(_ cursor: inout ByteCursor)
    throws(BinaryReadingError) -> (number: UInt64, offset: Int64)?
  {
    switch try cursor.read(UInt8.self) {
    case let opcode where 0x70...0x8F ~= opcode: (UInt64(opcode - 0x70), try cursor.readSLEB128())
    case 0x92: (try cursor.readULEB128(), try cursor.readSLEB128())
    default: nil
    }
  }

  /// Whether the next operation pushes the value of the register `number`, and nothing is added to it.
  private static func isRegister(_ number: UInt64, next cursor: ByteCursor) throws(BinaryReadingError) -> Bool {
    var ahead = cursor
    guard let (found, offset) = try readRegister(&ahead) else { return false }
    return found == number && offset == 0
  }

  /// Recognizes the rest of what linkers write for `.plt`:
  /// (program counter & 15 >= threshold) << 3, added to what was before.
  private static func recognizeLinkage(_ cursor: inout ByteCursor, register: UInt8, offset: Int64)
    throws(BinaryReadingError) -> FrameExpression?
  {
    _ = try readRegister(&cursor)
    guard try cursor.read(UInt8.self) == 0x3F,  // DW_OP_lit15
      try cursor.read(UInt8.self) == 0x1A,  // DW_OP_and
      case let literal = try cursor.read(UInt8.self), 0x30...0x3F ~= literal,  // DW_OP_lit0 to 15
      try cursor.read(UInt8.self) == 0x2A,  // DW_OP_ge
      try cursor.read(UInt8.self) == 0x33,  // DW_OP_lit3
      try cursor.read(UInt8.self) == 0x24,  // DW_OP_shl
      try cursor.read(UInt8.self) == 0x22,  // DW_OP_plus
      cursor.isAtEnd
    else { return nil }
    return .procedureLinkage(register, offset: offset, threshold: Int64(literal - 0x30))
  }

  /// The value of DW_OP_lit0 to 31 and DW_OP_const1u to consts.
  private static func readConstant(_ opcode: UInt8, _ cursor: inout ByteCursor)
    throws(BinaryReadingError) -> Int64?
  {
    switch opcode {
    case 0x30...0x4F: Int64(opcode - 0x30)
    case 0x08: Int64(try cursor.read(UInt8.self))
    case 0x09: Int64(try cursor.read(Int8.self))
    case 0x0A: Int64(try cursor.read(UInt16.self))
    case 0x0B: Int64(try cursor.read(Int16.self))
    case 0x0C: Int64(try cursor.read(UInt32.self))
    case 0x0D: Int64(try cursor.read(Int32.self))
    case 0x0E: Int64(exactly: try cursor.read(UInt64.self))
    case 0x0F: try cursor.read(Int64.self)
    case 0x10: Int64(exactly: try cursor.readULEB128())
    case 0x11: try cursor.readSLEB128()
    default: nil
    }
  }
}
