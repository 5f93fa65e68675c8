import BinaryReading

extension CallFrameMachine {
  /// Reads and executes one instruction (DWARF 5, section 7.24; LSB core, section 10.5.2 for the GNU ones).
  @_lifetime(cursor: copy cursor)
  mutating func step(
    _ cursor: inout ByteCursor, context: Context, bases: PointerBases
  ) throws(BinaryReadingError) -> Step {
    let opcode: UInt8 = try cursor.read()
    let operand = UInt64(opcode & 0x3F)
    switch opcode >> 6 {
    case 1: return .advance(operand)  // DW_CFA_advance_loc
    case 2:  // DW_CFA_offset
      let offset = try cursor.readULEB128()
      state.set(savedRule(offset, context), register: operand, in: context.conventions)
      return .stay
    case 3:  // DW_CFA_restore
      guard !context.isInitial else { return .unknown }
      state.restore(register: operand, from: initial, in: context.conventions)
      return .stay
    default: break
    }
    switch opcode {
    case 0x00: return .stay  // DW_CFA_nop
    case 0x01:  // DW_CFA_set_loc
      var bases = bases
      bases.function = context.start
      return try cursor.readPointer(context.pointerEncoding, from: bases).map(Step.set) ?? .unknown
    case 0x02: return .advance(UInt64(try cursor.read(UInt8.self)))  // DW_CFA_advance_loc1
    case 0x03: return .advance(UInt64(try cursor.read(UInt16.self)))  // DW_CFA_advance_loc2
    case 0x04: return .advance(UInt64(try cursor.read(UInt32.self)))  // DW_CFA_advance_loc4
    case 0x1D: return .advance(try cursor.read(UInt64.self))  // DW_CFA_MIPS_advance_loc8
    case 0x0A: return remember() ? .stay : .unknown  // DW_CFA_remember_state
    case 0x0B: return restoreRemembered() ? .stay : .unknown  // DW_CFA_restore_state
    case 0x0C...0x0F, 0x12, 0x13: try defineFrameAddress(opcode, &cursor, context)
    case 0x2C, 0x2D:  // DW_CFA_AARCH64_negate_ra_state_with_pc, DW_CFA_AARCH64_negate_ra_state
      guard context.conventions.canSignReturnAddress else { return .unknown }
      state.isReturnAddressSigned.toggle()
    case 0x2E: _ = try cursor.readULEB128()  // DW_CFA_GNU_args_size
    default: return try setRegister(opcode, &cursor, context) ? .stay : .unknown
    }
    return .stay
  }

  /// Executes DW_CFA_def_cfa and its relatives.
  @_lifetime(cursor: copy cursor)
  private mutating func defineFrameAddress(
    _ opcode: UInt8, _ cursor: inout ByteCursor, _ context: Context
  ) throws(BinaryReadingError) {
    switch opcode {
    case 0x0C:  // DW_CFA_def_cfa
      let register = try cursor.readULEB128()
      state.cfa = Self.frameAddress(register, Int32(exactly: try cursor.readULEB128()))
    case 0x12:  // DW_CFA_def_cfa_sf
      let register = try cursor.readULEB128()
      state.cfa = Self.frameAddress(register, Self.product(try cursor.readSLEB128(), context.dataAlignment))
    case 0x0D:  // DW_CFA_def_cfa_register
      let register = try cursor.readULEB128()
      guard case .registerOffset(let offset, _) = state.cfa else { return state.cfa = .unsupported }
      state.cfa = Self.frameAddress(register, offset)
    case 0x0E:  // DW_CFA_def_cfa_offset
      state.cfa = redefinedOffset(Int32(exactly: try cursor.readULEB128()))
    case 0x13:  // DW_CFA_def_cfa_offset_sf
      state.cfa = redefinedOffset(Self.product(try cursor.readSLEB128(), context.dataAlignment))
    default:  // 0x0F, DW_CFA_def_cfa_expression
      state.cfa = try readExpression(&cursor, context)
    }
  }

  /// Executes an instruction that states the rule of a register; false for an unknown opcode.
  @_lifetime(cursor: copy cursor)
  private mutating func setRegister(
    _ opcode: UInt8, _ cursor: inout ByteCursor, _ context: Context
  ) throws(BinaryReadingError) -> Bool {
    let rule: RegisterRule
    switch opcode {
    case 0x05...0x09, 0x10, 0x11, 0x14, 0x15, 0x16, 0x2F: break
    default: return false
    }
    let register = try cursor.readULEB128()
    switch opcode {
    case 0x05: rule = savedRule(try cursor.readULEB128(), context)  // DW_CFA_offset_extended
    case 0x06:  // DW_CFA_restore_extended
      guard !context.isInitial else { return false }
      state.restore(register: register, from: initial, in: context.conventions)
      return true
    case 0x07: rule = .undefined  // DW_CFA_undefined
    case 0x08: rule = .unchanged  // DW_CFA_same_value
    case 0x09:  // DW_CFA_register
      rule = UInt8(exactly: try cursor.readULEB128()).map(RegisterRule.inRegister) ?? .unsupported
    case 0x10:  // DW_CFA_expression
      if case .registerOffset(let offset, let base) = try readExpression(&cursor, context) {
        rule = .atRegister(offset, base)
      } else {
        rule = .unsupported
      }
    case 0x11:  // DW_CFA_offset_extended_sf
      rule = Self.product(try cursor.readSLEB128(), context.dataAlignment).map(RegisterRule.atCFA) ?? .unsupported
    case 0x14:  // DW_CFA_val_offset
      let offset = Int64(exactly: try cursor.readULEB128()).flatMap { Self.product($0, context.dataAlignment) }
      rule = offset.map(RegisterRule.valueOfCFA) ?? .unsupported
    case 0x15:  // DW_CFA_val_offset_sf
      rule = Self.product(try cursor.readSLEB128(), context.dataAlignment).map(RegisterRule.valueOfCFA) ?? .unsupported
    case 0x16:  // DW_CFA_val_expression
      _ = try readExpression(&cursor, context)
      rule = .unsupported
    default:  // 0x2F, DW_CFA_GNU_negative_offset_extended
      let offset = Int64(exactly: try cursor.readULEB128()).flatMap { Self.product(0 - $0, context.dataAlignment) }
      rule = offset.map(RegisterRule.atCFA) ?? .unsupported
    }
    state.set(rule, register: register, in: context.conventions)
    return true
  }

  @_lifetime(cursor: copy cursor)
  private func readExpression(_ cursor: inout ByteCursor, _ context: Context)
    throws(BinaryReadingError) -> CFARule
  {
    let length = try cursor.readULEB128()
    guard let count = Int(exactly: length) else {
      throw .truncated(offset: cursor.offset, count: .max, available: cursor.remaining)
    }
    return CFARule(expression: try cursor.readBytes(count), conventions: context.conventions)
  }

  private func savedRule(_ factoredOffset: UInt64, _ context: Context) -> RegisterRule {
    guard let offset = Int64(exactly: factoredOffset), let product = Self.product(offset, context.dataAlignment) else {
      return .unsupported
    }
    return .atCFA(product)
  }

  private func redefinedOffset(_ offset: Int32?) -> CFARule {
    guard case .registerOffset(_, let register) = state.cfa, let offset else { return .unsupported }
    return .registerOffset(offset, register)
  }

  private static func frameAddress(_ register: UInt64, _ offset: Int32?) -> CFARule {
    guard let register = UInt8(exactly: register), let offset else { return .unsupported }
    return .registerOffset(offset, register)
  }

  private static func product(_ left: Int64, _ right: Int64) -> Int32? {
    let (result, overflow) = left.multipliedReportingOverflow(by: right)
    return overflow ? nil : Int32(exactly: result)
  }
}
