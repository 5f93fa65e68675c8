import BinaryReading

/// A value as it is written in an entry: its form, and the number that this form holds.
struct AttributeValue {
  var form: UInt16
  /// A number, an offset, an index; for a string in place its position in the unit; 0 for blocks.
  var bits: UInt64

  /// Whether it is a constant: such a `DW_AT_high_pc` counts from `DW_AT_low_pc`.
  var isConstant: Bool {
    switch form {
    case 0x05, 0x06, 0x07, 0x0B, 0x0D, 0x0F, Form.implicitConstant: true
    default: false
    }
  }
}

extension ByteCursor {
  /// Reads a value of this form and moves past it (DWARF 5, section 7.5.6).
  @_lifetime(self: copy self)
  mutating func readValue(
    _ attribute: AbbreviationTable.Attribute, _ table: AbbreviationTable, _ unit: UnitHeader
  ) throws(BinaryReadingError) -> AttributeValue {
    var form = attribute.form
    // DW_FORM_indirect: the form precedes the value.
    while form == 0x16 { form = UInt16(truncatingIfNeeded: try readULEB128()) }
    let bits: UInt64
    switch form {
    case 0x0B, 0x0C, 0x11, 0x25, 0x29: bits = UInt64(try read(UInt8.self))
    case 0x05, 0x12, 0x26, 0x2A: bits = UInt64(try read(UInt16.self))
    case 0x27, 0x2B: bits = UInt64(try read(UInt16.self)) | UInt64(try read(UInt8.self)) << 16
    case 0x06, 0x13, 0x1C, 0x28, 0x2C: bits = UInt64(try read(UInt32.self))
    case 0x07, 0x14, 0x20, 0x24: bits = try read(UInt64.self)
    case Form.address: bits = try readNumber(unit.addressSize)
    case 0x0E, 0x17, 0x1D, 0x1F, 0x1F20, 0x1F21: bits = try readNumber(unit.offsetSize)
    case Form.referenceAddress: bits = try readNumber(unit.version <= 2 ? unit.addressSize : unit.offsetSize)
    case 0x0F, 0x15, 0x1A, 0x1B, 0x22, 0x23, 0x1F01, 0x1F02: bits = try readULEB128()
    case 0x0D: bits = UInt64(bitPattern: try readSLEB128())
    case 0x19: bits = 1
    case Form.implicitConstant:
      let index = Int(attribute.constant)
      bits = index < table.constants.count ? UInt64(bitPattern: table.constants[index]) : 0
    case Form.string:
      bits = UInt64(offset)
      try skipString()
    default:
      bits = 0
      try skipBlock(form)
    }
    return AttributeValue(form: form, bits: bits)
  }

  @_lifetime(self: copy self)
  private mutating func readNumber(_ size: Int) throws(BinaryReadingError) -> UInt64 {
    size == 8 ? try read() : UInt64(try read(UInt32.self))
  }

  @_lifetime(self: copy self)
  private mutating func skipBlock(_ form: UInt16) throws(BinaryReadingError) {
    let size: UInt64
    switch form {
    case 0x0A: size = UInt64(try read(UInt8.self))
    case 0x03: size = UInt64(try read(UInt16.self))
    case 0x04: size = UInt64(try read(UInt32.self))
    case 0x09, 0x18: size = try readULEB128()
    case 0x1E: size = 16
    default: throw .overlongNumber(offset: offset)  // no such form
    }
    try skip(Int(clamping: size))
  }

  /// Moves past a zero byte.
  @_lifetime(self: copy self)
  mutating func skipString() throws(BinaryReadingError) {
    var position = offset
    while try bytes.load(at: position, as: UInt8.self) != 0 { position += 1 }
    try seek(to: position + 1)
  }
}
