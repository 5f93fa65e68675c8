import BinaryReading

/// A line of a file that the line program of a unit numbers.
struct SourceLine: Hashable {
  var file: UInt32 = 0
  /// 0 for unknown.
  var line: UInt32 = 0
}

/// The attributes of a function's entry, or of a call inlined into one, that say where it is and what it is called.
struct FunctionEntry {
  var ranges = EntryRanges()
  var linkageName = AttributeValue.missing
  var name = AttributeValue.missing
  /// `DW_AT_abstract_origin`, `DW_AT_specification`: another entry that tells more.
  var origin = AttributeValue.missing
  var callFile: UInt32 = 0
  var callLine: UInt32 = 0
  /// Where the function is declared: `DW_AT_decl_file` and `DW_AT_decl_line`.
  var declaration = SourceLine()
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
      case .sibling: sibling = Int(clamping: value.bits)
      case .name: name = value
      case .lowPC: ranges.low = value
      case .highPC: ranges.high = value
      case .ranges: ranges.list = value
      case .abstractOrigin: origin = value
      case .specification: if !origin.isPresent { origin = value }
      case .callFile: callFile = UInt32(clamping: value.bits)
      case .callLine: callLine = UInt32(exactly: value.bits) ?? 0
      case .declarationFile: declaration.file = UInt32(clamping: value.bits)
      case .declarationLine: declaration.line = UInt32(exactly: value.bits) ?? 0
      case .linkageName, .mipsLinkageName: if !linkageName.isPresent { linkageName = value }
      default: break
      }
    }
  }
}
