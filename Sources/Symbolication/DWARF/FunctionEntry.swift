import BinaryReading

/// The attributes of a function's entry, or of a call inlined into one, that say where it is and what it is called.
struct FunctionEntry {
  var ranges = EntryRanges()
  /// With form 0 where they are missing, all of them.
  var linkageName = AttributeValue(form: 0, bits: 0)
  var name = AttributeValue(form: 0, bits: 0)
  /// `DW_AT_abstract_origin`, `DW_AT_specification`: another entry that tells more.
  var origin = AttributeValue(form: 0, bits: 0)
  var callFile: UInt32 = 0
  var callLine: UInt32 = 0
  /// Position of the next sibling in the unit; 0 for unknown.
  var sibling = 0

  /// Reads the attributes of an entry of this shape, and moves behind it.
  init(
    _ cursor: inout ByteCursor, _ shape: AbbreviationTable.Abbreviation, _ table: AbbreviationTable, _ unit: UnitHeader
  ) throws(BinaryReadingError) {
    for index in shape.attributes {
      let attribute = table.attributes[index]
      let value = try cursor.readValue(attribute, table, unit)
      switch attribute.name {
      case 0x01: sibling = Int(clamping: value.bits)
      case 0x03: name = value
      case 0x11: ranges.low = value
      case 0x12: ranges.high = value
      case 0x55: ranges.list = value
      case 0x31: origin = value
      case 0x47: if origin.form == 0 { origin = value }
      case 0x58: callFile = UInt32(clamping: value.bits)
      case 0x59: callLine = UInt32(exactly: value.bits) ?? 0
      case 0x6E, 0x2007: if linkageName.form == 0 { linkageName = value }  // and DW_AT_MIPS_linkage_name
      default: break
      }
    }
  }
}
