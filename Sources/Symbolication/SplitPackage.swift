import BinaryReading
import ELF

/// A DWARF package, the `.dwp` file beside a program: the split units of many `.dwo` files, found by their numbers
/// (DWARF 5 §7.3.5; for DWARF 4 the GNU project's "DebugFissionDWP").
///
///     .debug_cu_index:  header │ hash table of unit numbers │ rows of it │ section kinds │ offsets │ sizes
struct SplitPackage {
  /// The sections that units have a part of and naming functions needs.
  enum Part: Hashable, CaseIterable { case info, abbreviations, stringOffsets, rangeLists }

  /// Bytes of a section that belong to a unit.
  typealias Slice = Range<Int>

  private let sections: [Part: [UInt8]]
  private let slices: [UInt64: [Part: Slice]]
  /// The strings of all units.
  let strings: [UInt8]

  /// Bytes of a section of the package that are still read.
  private static let limit: UInt64 = 512 << 20
  /// Bytes of all that was read.
  var size: UInt64 { UInt64(sections.values.reduce(strings.count) { $0 + $1.count }) }

  /// The package of `image`; nil when there is none or its index is damaged.
  init?(beside image: ELFImage, rootFolder: String) {
    for path in [rootFolder + image.path + ".dwp", image.path + ".dwp"] {
      guard let file = try? FileReader(path: path), let found = try? ELFImage(file: file),
        let package = SplitPackage(found)
      else { continue }
      self = package
      return
    }
    return nil
  }

  init?(_ image: ELFImage) {
    guard (try? image.debugSize()) != nil else { return nil }
    func contents(_ name: String) -> [UInt8] {
      guard let section = image.section(named: name) else { return [] }
      return (try? image.contents(of: section, limit: Self.limit)) ?? []
    }
    let index = contents(".debug_cu_index")
    guard !index.isEmpty, let slices = try? Self.read(index.rawSpan) else { return nil }
    self.slices = slices
    strings = contents(".debug_str.dwo")
    sections = [
      .info: contents(".debug_info.dwo"), .abbreviations: contents(".debug_abbrev.dwo"),
      .stringOffsets: contents(".debug_str_offsets.dwo"), .rangeLists: contents(".debug_rnglists.dwo"),
    ]
  }

  /// A unit's bytes in a section; empty when it has none there or they lie outside of it.
  func bytes(_ part: Part, of unit: UInt64) -> ArraySlice<UInt8> {
    guard let slice = slices[unit]?[part], let section = sections[part], slice.upperBound <= section.count else {
      return []
    }
    return section[slice]
  }

  /// Whether a unit of this number is there.
  func holds(_ unit: UInt64) -> Bool { slices[unit] != nil }

  /// Reads an index; every count is held against the bytes that there are.
  static func read(_ index: RawSpan) throws(BinaryReadingError) -> [UInt64: [Part: Slice]] {
    // Version 5 is a half word before padding, version 2 a word.
    let version: UInt32 = try index.load(at: 0)
    let columns = Int(try index.load(at: 4, as: UInt32.self))
    let rows = Int(try index.load(at: 8, as: UInt32.self))
    let slots = Int(try index.load(at: 12, as: UInt32.self))
    let numbers = 16
    let rowOf = numbers + 8 * slots
    let kinds = rowOf + 4 * slots
    let offsets = kinds + 4 * columns
    let sizes = offsets + 4 * columns * min(rows, index.byteCount)
    guard version == 2 || version == 5, columns <= 16 else { return [:] }
    // The last slot must be there, or all is damaged.
    if slots > 0 { _ = try index.load(at: kinds - 4, as: UInt32.self) }
    var parts: [Part?] = []
    for column in 0..<columns {
      parts.append(Self.part(try index.load(at: kinds + 4 * column), version: version))
    }
    var result: [UInt64: [Part: Slice]] = [:]
    for slot in 0..<slots {
      let row = Int(try index.load(at: rowOf + 4 * slot, as: UInt32.self))
      guard row > 0, row <= rows else { continue }
      var slices: [Part: Slice] = [:]
      for (column, part) in parts.enumerated() {
        guard let part else { continue }
        let place = 4 * ((row - 1) * columns + column)
        let start = Int(try index.load(at: offsets + place, as: UInt32.self))
        slices[part] = start..<start + Int(try index.load(at: sizes + place, as: UInt32.self))
      }
      result[try index.load(at: numbers + 8 * slot)] = slices
    }
    return result
  }

  /// `DW_SECT_…`
  private static func part(_ kind: UInt32, version: UInt32) -> Part? {
    switch (kind, version) {
    case (1, _): .info
    case (3, _): .abbreviations
    case (6, _): .stringOffsets
    case (8, 5): .rangeLists
    default: nil
    }
  }
}
