import BinaryReading

/// A unit of `.debug_info`, with what its own entry tells (DWARF 5, section 3.1.1).
struct DebugUnit {
  let header: UnitHeader
  /// All of the unit, or its start when only its own entry is wanted.
  let bytes: [UInt8]
  let table: AbbreviationTable
  /// Position of the first child in `bytes`; nil without children.
  private(set) var firstChild: Int?
  /// The address that ranges count from.
  private(set) var lowAddress: UInt64 = 0
  private(set) var extent = EntryRanges()
  /// Offset in `.debug_line`.
  private(set) var lines: Int?
  /// The folder of the compilation.
  private(set) var folder: StringPlace?
  /// Whether the functions are in another file.
  private(set) var isSplit = false
  private(set) var isCompilation = false

  private var stringOffsetsBase = 0
  private var addressBase = 0
  private var rangeListsBase = 0

  /// Reads the unit's own entry; nil when that is damaged.
  ///
  /// - Parameter bytes: the unit from its start; so many that its own entry lies inside.
  init?(_ header: UnitHeader, bytes: [UInt8], table: AbbreviationTable, sections: DebugSections) {
    (self.header, self.bytes, self.table) = (header, bytes, table)
    guard (try? readEntry(sections)) != nil else { return nil }
  }

  private mutating func readEntry(_ sections: DebugSections) throws(BinaryReadingError) {
    let bytes = bytes
    var cursor = ByteCursor(bytes.rawSpan)
    try cursor.seek(to: header.length)
    guard let shape = table.abbreviation(try cursor.readULEB128()) else {
      throw .truncated(offset: header.length, count: 1, available: 0)
    }
    var folder: AttributeValue?
    for attribute in table.attributes[shape.attributes] {
      let value = try cursor.readValue(attribute, table, header)
      switch attribute.name {
      case 0x11: extent.low = value
      case 0x12: extent.high = value
      case 0x55: extent.list = value
      case 0x10: lines = Int(exactly: value.bits)
      case 0x1B: folder = value
      case 0x72: stringOffsetsBase = Int(clamping: value.bits)
      case 0x73, 0x2133: addressBase = Int(clamping: value.bits)  // DW_AT_addr_base, DW_AT_GNU_addr_base
      case 0x74: rangeListsBase = Int(clamping: value.bits)
      case 0x76, 0x2130: isSplit = true  // DW_AT_dwo_name, DW_AT_GNU_dwo_name
      default: break
      }
    }
    if shape.hasChildren { firstChild = cursor.offset }
    // DW_TAG_skeleton_unit
    if header.kind == .skeleton || shape.tag == 0x4A { isSplit = true }
    isCompilation = isSplit || header.kind == .compilation && shape.tag == 0x11
    self.folder = folder.flatMap { place(of: $0, sections) }
    lowAddress = address(of: extent.low, sections) ?? 0
  }

  /// The address that a value stands for; nil for no address.
  func address(of value: AttributeValue, _ sections: DebugSections) -> UInt64? {
    switch value.form {
    case Form.address: value.bits
    case 0x1B, 0x29, 0x2A, 0x2B, 0x2C, 0x1F01: address(number: value.bits, sections)
    default: nil
    }
  }

  /// An address of the unit's table in `.debug_addr`.
  func address(number: UInt64, _ sections: DebugSections) -> UInt64? {
    guard let position = Self.position(number, addressBase, header.addressSize) else { return nil }
    let bytes = sections.addresses.all()
    if header.addressSize == 8 { return try? bytes.rawSpan.load(at: position) }
    return (try? bytes.rawSpan.load(at: position, as: UInt32.self)).map(UInt64.init)
  }

  /// Where the list of ranges with this number begins in `.debug_rnglists`.
  func rangeList(number: UInt64, _ sections: DebugSections) -> Int? {
    offset(number, rangeListsBase, in: sections.rangeLists).flatMap { offset in
      let (position, overflow) = rangeListsBase.addingReportingOverflow(offset)
      return overflow ? nil : position
    }
  }

  /// Where the string that a value stands for lies; nil when it is no string.
  func place(of value: AttributeValue, _ sections: DebugSections, isAlternate: Bool = false) -> StringPlace? {
    let bits = Int(clamping: value.bits)
    switch value.form {
    case Form.string:
      return StringPlace(table: isAlternate ? .alternateInfo : .info, offset: header.start &+ bits)
    case 0x0E: return StringPlace(table: isAlternate ? .alternateStrings : .strings, offset: bits)
    case 0x1F: return StringPlace(table: .lineStrings, offset: bits)
    case 0x1F21, 0x1D: return StringPlace(table: .alternateStrings, offset: bits)
    case 0x1A, 0x25, 0x26, 0x27, 0x28, 0x1F02:
      return offset(value.bits, stringOffsetsBase, in: sections.stringOffsets)
        .map { StringPlace(table: .strings, offset: $0) }
    default: return nil
    }
  }

  private func offset(_ number: UInt64, _ base: Int, in section: DebugSection) -> Int? {
    guard let position = Self.position(number, base, header.offsetSize) else { return nil }
    let bytes = section.all()
    if header.offsetSize == 4 { return (try? bytes.rawSpan.load(at: position, as: UInt32.self)).map(Int.init) }
    return (try? bytes.rawSpan.load(at: position, as: UInt64.self)).flatMap(Int.init(exactly:))
  }

  private static func position(_ number: UInt64, _ base: Int, _ size: Int) -> Int? {
    guard let number = Int(exactly: number), number < 1 << 40, base < 1 << 40 else { return nil }
    return base + number * size
  }
}
