import BinaryReading

/// A value as it is written in an entry: its form, and the number that this form holds.
struct AttributeValue {
  /// Nil for an attribute that is not there.
  var form: Form?
  /// A number, an offset, an index; for a string in place its position in the unit; 0 for blocks.
  var bits: UInt64

  /// The value of an attribute that is not there.
  static let missing = AttributeValue(form: nil, bits: 0)

  /// Whether the attribute is there.
  var isPresent: Bool { form != nil }

  /// Whether it is a constant: such a `DW_AT_high_pc` counts from `DW_AT_low_pc`.
  var isConstant: Bool {
    switch form {
    case .data1, .data2, .data4, .data8, .signedData, .unsignedData, .implicitConstant: true
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
    var attributeForm = attribute.form
    while attributeForm == .indirect { attributeForm = UInt16(exactly: try readULEB128()).flatMap(Form.init) }
    guard let form = attributeForm else { throw .overlongNumber(offset: offset) }
    let bits: UInt64
    switch form {
    case .data1, .flag, .reference1, .stringIndex1, .addressIndex1: bits = UInt64(try read(UInt8.self))
    case .data2, .reference2, .stringIndex2, .addressIndex2: bits = UInt64(try read(UInt16.self))
    case .stringIndex3, .addressIndex3: bits = UInt64(try read(UInt16.self)) | UInt64(try read(UInt8.self)) << 16
    case .data4, .reference4, .supplementaryReference4, .stringIndex4, .addressIndex4:
      bits = UInt64(try read(UInt32.self))
    case .data8, .reference8, .referenceSignature, .supplementaryReference8: bits = try read(UInt64.self)
    case .address: bits = try readNumber(unit.addressSize)
    case .stringOffset, .sectionOffset, .lineStringOffset, .supplementaryString, .gnuAlternateReference,
      .gnuAlternateString:
      bits = try readNumber(unit.offsetSize)
    case .referenceAddress: bits = try readNumber(unit.version <= 2 ? unit.addressSize : unit.offsetSize)
    case .unsignedData, .referenceUnsigned, .stringIndex, .addressIndex, .locationListIndex, .rangeListIndex,
      .gnuAddressIndex, .gnuStringIndex:
      bits = try readULEB128()
    case .signedData: bits = UInt64(bitPattern: try readSLEB128())
    case .flagPresent: bits = 1
    case .implicitConstant:
      let index = Int(attribute.constant)
      bits = index < table.constants.count ? UInt64(bitPattern: table.constants[index]) : 0
    case .string:
      bits = UInt64(offset)
      try skipString()
    case .block1, .block2, .block4, .block, .expression, .data16, .indirect:
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
  private mutating func skipBlock(_ form: Form) throws(BinaryReadingError) {
    let size: UInt64
    switch form {
    case .block1: size = UInt64(try read(UInt8.self))
    case .block2: size = UInt64(try read(UInt16.self))
    case .block4: size = UInt64(try read(UInt32.self))
    case .data16: size = 16
    default: size = try readULEB128()  // DW_FORM_block, DW_FORM_exprloc
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
