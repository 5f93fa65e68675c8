import BinaryReading

/// The code that an entry covers: one range, or a list of them (DWARF 5, section 2.17).
struct EntryRanges {
  /// `DW_AT_low_pc`, `DW_AT_high_pc` and `DW_AT_ranges`; with form 0 where they are missing.
  var low = AttributeValue(form: 0, bits: 0)
  var high = AttributeValue(form: 0, bits: 0)
  var list = AttributeValue(form: 0, bits: 0)

  /// Whether the entry has code at all.
  var isEmpty: Bool { low.form == 0 && list.form == 0 }

  /// Ranges of one entry that are still read.
  private static let limit = 1 << 20

  /// Calls `body` with the bounds of each range that isn't empty; linkers put those of dropped code to 0.
  func forEach(in unit: DebugUnit, _ sections: DebugSections, work: inout Int, _ body: (UInt64, UInt64) -> Void) {
    if list.form != 0 {
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
    if list.form == Form.rangeListIndex { return unit.rangeList(number: list.bits, sections) }
    return Int(exactly: list.bits)
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
    switch try cursor.read(UInt8.self) {
    case 1: return .base(address(try cursor.readULEB128()))
    case 2: return .range(address(try cursor.readULEB128()), address(try cursor.readULEB128()))
    case 3:
      let start = address(try cursor.readULEB128())
      return .range(start, start &+ (try cursor.readULEB128()))
    case 4:
      let start = base &+ (try cursor.readULEB128())
      return .range(start, base &+ (try cursor.readULEB128()))
    case 5: return .base(try address(&cursor))
    case 6: return .range(try address(&cursor), try address(&cursor))
    case 7:
      let start = try address(&cursor)
      return .range(start, start &+ (try cursor.readULEB128()))
    default: return .end
    }
  }
}
