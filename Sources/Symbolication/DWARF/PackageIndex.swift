import BinaryReading

/// The index of a DWARF package: which parts of its sections belong to a unit (DWARF 5, section 7.3.5.3; for DWARF 4
/// the GNU project's "DebugFissionDWP").
///
///     header │ hash table of unit numbers │ row of each │ kinds of sections │ offsets, row by row │ sizes
struct PackageIndex {
  /// Where a unit's parts lie in the package's sections; empty for those that it has no part of.
  struct Unit: Hashable {
    var info = 0..<0
    var abbreviations = 0..<0
    var stringOffsets = 0..<0
    var rangeLists = 0..<0
  }

  private let bytes: [UInt8]
  /// Kinds of sections by column.
  private let sections: [PackagedSection?]
  private let rows: Int
  /// A power of two.
  private let slots: Int

  private static let numbers = 16
  private var rowNumbers: Int { Self.numbers + 8 * slots }
  private var offsets: Int { rowNumbers + 4 * slots + 4 * sections.count }
  private var sizes: Int { offsets + 4 * sections.count * rows }

  /// Columns of an index; there are eight kinds of sections.
  private static let columnLimit = 16

  /// Reads the header; every count is held against the bytes that there are.
  init(_ bytes: [UInt8]) throws(BinaryReadingError) {
    self.bytes = bytes
    let view = bytes.rawSpan
    // Version 2 is a word, version 5 a half word before padding.
    let version: UInt16 = try view.load(at: 0)
    let columns = Int(try view.load(at: 4, as: UInt32.self))
    rows = Int(try view.load(at: 8, as: UInt32.self))
    slots = Int(try view.load(at: 12, as: UInt32.self))
    guard version == 2 || version == 5, columns <= Self.columnLimit, slots & (slots - 1) == 0 else {
      throw .overlongNumber(offset: 0)
    }
    let kinds = Self.numbers + 12 * slots
    let size = kinds + 4 * columns + 8 * columns * rows
    guard size <= bytes.count else { throw .truncated(offset: 0, count: size, available: bytes.count) }
    var sections: [PackagedSection?] = []
    for column in 0..<columns {
      let section = PackagedSection(rawValue: try view.load(at: kinds + 4 * column))
      // In version 2 this number was that of macros.
      sections.append(section == .rangeLists && version < 5 ? nil : section)
    }
    self.sections = sections
  }

  /// The parts of the unit with this number; nil for no such unit.
  func unit(_ number: UInt64, work: inout Int) -> Unit? {
    guard let row = row(of: number, work: &work) else { return nil }
    var unit = Unit()
    for (column, section) in sections.enumerated() {
      guard let section else { continue }
      let place = 4 * (row * sections.count + column)
      let (start, size) = (word(at: offsets + place), word(at: sizes + place))
      switch section {
      case .info: unit.info = start..<start + size
      case .abbreviations: unit.abbreviations = start..<start + size
      case .stringOffsets: unit.stringOffsets = start..<start + size
      case .rangeLists: unit.rangeLists = start..<start + size
      }
    }
    return unit
  }

  /// The unit's row, counted from 0: a hash table with a second hash for collisions.
  private func row(of number: UInt64, work: inout Int) -> Int? {
    let mask = UInt64(slots) &- 1
    var slot = number & mask
    let step = (number >> 32) & mask | 1
    for _ in 0..<slots where work > 0 {
      work -= 1
      let row = word(at: rowNumbers + 4 * Int(slot))
      guard row > 0, row <= rows else { return nil }
      if (try? bytes.rawSpan.load(at: Self.numbers + 8 * Int(slot), as: UInt64.self)) == number { return row - 1 }
      slot = (slot &+ step) & mask
    }
    return nil
  }

  private func word(at position: Int) -> Int {
    (try? bytes.rawSpan.load(at: position, as: UInt32.self)).map(Int.init) ?? 0
  }
}

/// Kinds of sections in a package of which naming functions takes something (DWARF 5, section 7.3.5.3, table 7.1).
private enum PackagedSection: UInt32 {
  /// `DW_SECT_INFO`
  case info = 1
  /// `DW_SECT_ABBREV`
  case abbreviations = 3
  /// `DW_SECT_STR_OFFSETS`
  case stringOffsets = 6
  /// `DW_SECT_RNGLISTS`
  case rangeLists = 8
}
