import BinaryReading

/// The code that an entry covers: one range, or a list of them (DWARF 5, section 2.17).
struct EntryRanges {
  /// `DW_AT_low_pc`, `DW_AT_high_pc` and `DW_AT_ranges`.
  var low = AttributeValue.missing
  var high = AttributeValue.missing
  var list = AttributeValue.missing

  /// Whether the entry has code at all.
  var isEmpty: Bool { !low.isPresent && !list.isPresent }

  /// Ranges of one entry that are still read.
  private static let limit = 1 << 20

  /// Calls `body` with the bounds of each range that isn't empty; linkers put those of dropped code to 0.
  func forEach(in unit: DebugUnit, _ sections: DebugSections, work: inout Int, _ body: (UInt64, UInt64) -> Void) {
    if list.isPresent {
      guard let offset = offset(unit, sections) else { return }
      let isNew = unit.header.version >= 5
      let bytes = (isNew ? sections.rangeLists : sections.ranges).all()
      var cursor = ByteCursor(bytes.rawSpan)
      guard (try? cursor.seek(to: offset)) != nil else { return }
      var base = unit.lowAddress
      for _ in 0..<Self.limit where work > 0 {
        work -= 1
        let step =
          isNew ? try? Self.entry(&cursor, unit, sections, base) : try? Self.oldEntry(&cursor, unit, base)
        switch step {
        case .range(let start, let end): if start < end, start > 0 { body(start, end) }
        case .base(let address): base = address
        case .end, nil: return
        }
      }
    } else if let start = unit.address(of: low, sections), start > 0 {
      let end = high.isConstant ? start &+ high.bits : unit.address(of: high, sections) ?? 0
      if start < end { body(start, end) }
    }
  }

  private func offset(_ unit: DebugUnit, _ sections: DebugSections) -> Int? {
    if list.form == .rangeListIndex { return unit.rangeList(number: list.bits, sections) }
    guard let offset = Int(exactly: list.bits) else { return nil }
    let (position, overflow) = unit.rangesBase.addingReportingOverflow(offset)
    return overflow ? nil : position
  }

  private enum Step {
    case end
    case base(UInt64)
    case range(UInt64, UInt64)
  }

  /// An entry of `.debug_ranges`: two addresses (DWARF 4, section 2.17.3).
  private static func oldEntry(_ cursor: inout ByteCursor, _ unit: DebugUnit, _ base: UInt64)
    throws(BinaryReadingError) -> Step
  {
    let (start, end): (UInt64, UInt64)
    let highest: UInt64
    if unit.header.addressSize == 8 {
      (start, end, highest) = (try cursor.read(), try cursor.read(), .max)
    } else {
      (start, end) = (UInt64(try cursor.read(UInt32.self)), UInt64(try cursor.read(UInt32.self)))
      highest = UInt64(UInt32.max)
    }
    if start == 0, end == 0 { return .end }
    if start == highest { return .base(end) }
    return .range(base &+ start, base &+ end)
  }

  /// An entry of `.debug_rnglists` (DWARF 5, section 7.25).
  private static func entry(
    _ cursor: inout ByteCursor, _ unit: DebugUnit, _ sections: DebugSections, _ base: UInt64
  ) throws(BinaryReadingError) -> Step {
    func address(_ number: UInt64) -> UInt64 { unit.address(number: number, sections) ?? 0 }
    func address(_ cursor: inout ByteCursor) throws(BinaryReadingError) -> UInt64 {
      unit.header.addressSize == 8 ? try cursor.read() : UInt64(try cursor.read(UInt32.self))
    }
    switch RangeListEntry(rawValue: try cursor.read()) {
    case .baseAddressIndex: return .base(address(try cursor.readULEB128()))
    case .startIndexEndIndex:
      return .range(address(try cursor.readULEB128()), address(try cursor.readULEB128()))
    case .startIndexLength:
      let start = address(try cursor.readULEB128())
      return .range(start, start &+ (try cursor.readULEB128()))
    case .offsetPair:
      let start = base &+ (try cursor.readULEB128())
      return .range(start, base &+ (try cursor.readULEB128()))
    case .baseAddress: return .base(try address(&cursor))
    case .startEnd: return .range(try address(&cursor), try address(&cursor))
    case .startLength:
      let start = try address(&cursor)
      return .range(start, start &+ (try cursor.readULEB128()))
    case .endOfList, nil: return .end
    }
  }
}

/// Kinds of entries in `.debug_rnglists` (DWARF 5, section 7.25, table 7.30).
private enum RangeListEntry: UInt8 {
  /// `DW_RLE_end_of_list`
  case endOfList = 0
  /// `DW_RLE_base_addressx`
  case baseAddressIndex = 1
  /// `DW_RLE_startx_endx`
  case startIndexEndIndex = 2
  /// `DW_RLE_startx_length`
  case startIndexLength = 3
  /// `DW_RLE_offset_pair`
  case offsetPair = 4
  /// `DW_RLE_base_address`
  case baseAddress = 5
  /// `DW_RLE_start_end`
  case startEnd = 6
  /// `DW_RLE_start_length`
  case startLength = 7
}
