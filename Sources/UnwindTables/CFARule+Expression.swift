import BinaryReading

extension CFARule {
  /// What a DWARF expression (DWARF 5, section 2.5) computes, if it has one of the few shapes that unwind information
  /// is written in; else `.unsupported`.
  ///
  /// - Parameter conventions: Of the architecture: its program counter's number and the size of its words.
  init(expression: RawSpan, conventions: FrameConventions) {
    var cursor = ByteCursor(expression)
    let recognized = try? Self.recognize(&cursor, conventions)
    self = recognized ?? .unsupported
  }

  private static func recognize(_ cursor: inout ByteCursor, _ conventions: FrameConventions)
    throws(BinaryReadingError) -> CFARule?
  {
    guard let (number, base) = try readRegister(&cursor), let register = UInt8(exactly: number) else { return nil }
    var inner = base
    var outer: Int64?
    while !cursor.isAtEnd {
      if outer == nil, try isRegister(UInt64(conventions.programCounter), next: cursor) {
        return try recognizeLinkage(&cursor, register: register, offset: inner, conventions)
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
    if let outer {
      guard let inner = Int16(exactly: inner), let outer = Int16(exactly: outer) else { return nil }
      return .dereference(inner: inner, outer: outer, register)
    }
    return Int32(exactly: inner).map { .registerOffset($0, register) }
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
  /// (program counter & 15 >= threshold) << 3, which is a word, added to what was before.
  private static func recognizeLinkage(
    _ cursor: inout ByteCursor, register: UInt8, offset: Int64, _ conventions: FrameConventions
  ) throws(BinaryReadingError) -> CFARule? {
    _ = try readRegister(&cursor)
    guard try cursor.read(UInt8.self) == 0x3F,  // DW_OP_lit15
      try cursor.read(UInt8.self) == 0x1A,  // DW_OP_and
      case let literal = try cursor.read(UInt8.self), 0x30...0x3F ~= literal,  // DW_OP_lit0 to 15
      try cursor.read(UInt8.self) == 0x2A,  // DW_OP_ge
      try cursor.read(UInt8.self) == 0x30 + conventions.wordShift,  // DW_OP_lit3, or DW_OP_lit2
      try cursor.read(UInt8.self) == 0x24,  // DW_OP_shl
      try cursor.read(UInt8.self) == 0x22,  // DW_OP_plus
      cursor.isAtEnd, let offset = Int16(exactly: offset)
    else { return nil }
    return .procedureLinkage(offset: offset, threshold: Int16(literal - 0x30), register)
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
