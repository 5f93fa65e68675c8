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
  private(set) var isSkeleton = false
  private(set) var isCompilation = false
  /// Of a skeleton, the file of its other half.
  private(set) var splitName: StringPlace?
  /// The number that both halves of a split unit have in common.
  private(set) var splitID: UInt64?
  /// What the offsets of its entries' ranges count from; 0 but in split units of DWARF 4.
  private(set) var rangesBase = 0

  private var stringOffsetsBase = 0
  private var addressBase = 0
  private var rangeListsBase = 0
  /// `DW_AT_GNU_ranges_base`, which counts for the other half only.
  private var splitRangesBase = 0

  /// Reads the unit's own entry; nil when that is damaged.
  ///
  /// - Parameters:
  ///   - bytes: the unit from its start; so many that its own entry lies inside.
  ///   - skeleton: the half in the program's own file, for a split unit, which inherits from it.
  init?(
    _ header: UnitHeader, bytes: [UInt8], table: AbbreviationTable, sections: DebugSections,
    skeleton: DebugUnit? = nil
  ) {
    (self.header, self.bytes, self.table) = (header, bytes, table)
    splitID = header.splitID
    if let skeleton { inherit(skeleton, sections) }
    guard (try? readEntry(sections)) != nil else { return nil }
    if let skeleton { lowAddress = skeleton.lowAddress }
  }

  /// Takes over what a split unit doesn't tell itself (DWARF 5, section 3.1.3).
  private mutating func inherit(_ skeleton: DebugUnit, _ sections: DebugSections) {
    addressBase = skeleton.addressBase
    rangesBase = skeleton.splitRangesBase
    guard header.version >= 5 else { return }
    // Such a section begins with a header, whose size nobody states; early compilers left that of strings out.
    let isLong = header.offsetSize == 8
    stringOffsetsBase = sections.stringOffsets.hasTableHeader(isLong: isLong) ? (isLong ? 16 : 8) : 0
    rangeListsBase = sections.hasOwnRangeLists ? (isLong ? 20 : 12) : skeleton.rangeListsBase
  }

  private mutating func readEntry(_ sections: DebugSections) throws(BinaryReadingError) {
    let bytes = bytes
    var cursor = ByteCursor(bytes.rawSpan)
    try cursor.seek(to: header.length)
    guard let shape = table.abbreviation(try cursor.readULEB128()) else {
      throw .truncated(offset: header.length, count: 1, available: 0)
    }
    var (folder, splitName): (AttributeValue?, AttributeValue?)
    for attribute in table.attributes[shape.attributes] {
      let value = try cursor.readValue(attribute, table, header)
      switch attribute.name {
      case .lowPC: extent.low = value
      case .highPC: extent.high = value
      case .ranges: extent.list = value
      case .lineProgram: lines = Int(exactly: value.bits)
      case .compilationFolder: folder = value
      case .stringOffsetsBase: stringOffsetsBase = Int(clamping: value.bits)
      case .addressBase, .gnuAddressBase: addressBase = Int(clamping: value.bits)
      case .rangeListsBase: rangeListsBase = Int(clamping: value.bits)
      case .gnuRangesBase: splitRangesBase = Int(clamping: value.bits)
      case .splitName, .gnuSplitName: splitName = value
      case .gnuSplitID: splitID = value.bits
      default: break
      }
    }
    if shape.hasChildren { firstChild = cursor.offset }
    isSkeleton = splitName != nil || header.kind == .skeleton || shape.tag == .skeletonUnit
    isCompilation = isSkeleton || (header.kind == .compilation || header.kind == .split) && shape.tag == .compileUnit
    // The base of strings may follow them.
    self.folder = folder.flatMap { place(of: $0, sections) }
    self.splitName = splitName.flatMap { place(of: $0, sections) }
    lowAddress = address(of: extent.low, sections) ?? 0
  }

  /// The address that a value stands for; nil for no address.
  func address(of value: AttributeValue, _ sections: DebugSections) -> UInt64? {
    switch value.form {
    case .address: value.bits
    case .addressIndex, .addressIndex1, .addressIndex2, .addressIndex3, .addressIndex4, .gnuAddressIndex:
      address(number: value.bits, sections)
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
    case .string: return StringPlace(table: isAlternate ? .alternateInfo : .info, offset: header.start &+ bits)
    case .stringOffset: return StringPlace(table: isAlternate ? .alternateStrings : .strings, offset: bits)
    case .lineStringOffset: return StringPlace(table: .lineStrings, offset: bits)
    case .gnuAlternateString, .supplementaryString: return StringPlace(table: .alternateStrings, offset: bits)
    case .stringIndex, .stringIndex1, .stringIndex2, .stringIndex3, .stringIndex4, .gnuStringIndex:
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
