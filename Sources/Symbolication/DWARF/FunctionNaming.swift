import BinaryReading

/// Finds what functions are called: an entry of code refers to the one that declares the function, in its own unit, in
/// another, or in the file that several debug files share.
struct FunctionNaming {
  var names = NamePlaces()
  private let sections: DebugSections
  private let headers: [UnitHeader]
  private lazy var alternateHeaders = sections.alternate.map { UnitHeader.all(in: $0.info) } ?? []
  /// By place of the entry.
  private var known: [EntryPlace: Names] = [:]
  /// Units that were read for their strings' base, and their tables.
  private var units: [EntryPlace: DebugUnit] = [:]

  private struct EntryPlace: Hashable {
    var offset: Int
    var isAlternate: Bool
  }

  /// What is known of an entry's name.
  private struct Names {
    var linkageName: StringPlace?
    var name: StringPlace?
    /// In the numbers of the unit that asks.
    var declaration = SourceLine()
  }

  /// References that are followed from one entry.
  private static let hopLimit = 16
  /// Units kept for references into them.
  private static let unitLimit = 16
  /// Bytes read of an entry in another unit; more when they don't suffice.
  private static let window = 1 << 10

  init(_ sections: DebugSections, _ headers: [UnitHeader]) {
    (self.sections, self.headers) = (sections, headers)
  }

  /// The number of the function's linkage name, or its plain name in languages without, -1 for none; and where it is
  /// declared, as far as `unit` itself tells.
  mutating func number(of entry: FunctionEntry, in unit: DebugUnit, work: inout Int) -> (Int32, SourceLine) {
    let found = names(of: entry, in: unit, isAlternate: false, hops: 0, work: &work)
    return ((found.linkageName ?? found.name).map { names.number(of: $0) } ?? -1, found.declaration)
  }

  private mutating func names(
    of entry: FunctionEntry, in unit: DebugUnit, isAlternate: Bool, hops: Int, work: inout Int
  ) -> Names {
    work -= 1
    var result = Names(
      linkageName: unit.place(of: entry.linkageName, sections, isAlternate: isAlternate),
      name: unit.place(of: entry.name, sections, isAlternate: isAlternate), declaration: entry.declaration)
    guard result.linkageName == nil, entry.origin.isPresent, hops < Self.hopLimit, work > 0,
      let target = Self.target(of: entry.origin, in: unit.header, isAlternate)
    else { return result }
    let other: Names
    if let known = known[target] {
      other = known
    } else {
      other = names(at: target, from: unit, isAlternate, hops: hops, work: &work)
      known[target] = other
    }
    result.linkageName = other.linkageName
    result.name = result.name ?? other.name
    // Another unit numbers its files by itself.
    if result.declaration.line == 0, unit.header.start..<unit.header.end ~= target.offset,
      target.isAlternate == isAlternate
    {
      result.declaration = other.declaration
    }
    return result
  }

  private static func target(of value: AttributeValue, in unit: UnitHeader, _ isAlternate: Bool) -> EntryPlace? {
    guard let bits = Int(exactly: value.bits), bits < 1 << 48 else { return nil }
    switch value.form {
    case .reference1, .reference2, .reference4, .reference8, .referenceUnsigned:
      return EntryPlace(offset: unit.start + bits, isAlternate: isAlternate)
    case .referenceAddress: return EntryPlace(offset: bits, isAlternate: isAlternate)
    case .gnuAlternateReference, .supplementaryReference4, .supplementaryReference8:
      return EntryPlace(offset: bits, isAlternate: true)
    default: return nil
    }
  }

  private mutating func names(
    at place: EntryPlace, from unit: DebugUnit, _ isAlternate: Bool, hops: Int, work: inout Int
  ) -> Names {
    let position = place.offset - unit.header.start
    if place.isAlternate == isAlternate, position >= 0, position < unit.bytes.count,
      let entry = Self.entry(unit.bytes, at: position, unit)
    {
      return names(of: entry, in: unit, isAlternate: isAlternate, hops: hops + 1, work: &work)
    }
    guard let other = self.unit(holding: place) else { return Names() }
    let info = place.isAlternate ? sections.alternate?.info : sections.info
    let room = other.header.end - place.offset
    for length in [min(room, Self.window), min(room, 1 << 20)] {
      guard let bytes = info?.bytes(at: place.offset, length) else { return Names() }
      work -= length >> 4
      guard var entry = Self.entry(bytes, at: 0, other) else { continue }
      // Strings in place are told by their position in what was read.
      let distance = UInt64(place.offset - other.header.start)
      if entry.name.form == .string { entry.name.bits &+= distance }
      if entry.linkageName.form == .string { entry.linkageName.bits &+= distance }
      return names(of: entry, in: other, isAlternate: place.isAlternate, hops: hops + 1, work: &work)
    }
    return Names()
  }

  private static func entry(_ bytes: [UInt8], at position: Int, _ unit: DebugUnit) -> FunctionEntry? {
    var cursor = ByteCursor(bytes.rawSpan)
    guard (try? cursor.seek(to: position)) != nil, let code = try? cursor.readULEB128(),
      let shape = unit.table.abbreviation(code)
    else { return nil }
    return try? FunctionEntry(&cursor, shape, unit.table, unit.header)
  }

  private mutating func unit(holding place: EntryPlace) -> DebugUnit? {
    let found = place.isAlternate ? alternateHeaders.unit(holding: place.offset) : headers.unit(holding: place.offset)
    guard let header = found, let sections = place.isAlternate ? sections.alternate : sections else { return nil }
    let key = EntryPlace(offset: header.start, isAlternate: place.isAlternate)
    if let known = units[key] { return known }
    let table = AbbreviationTable(sections.abbreviations.all(), for: header)
    let bytes = sections.info.bytes(at: header.start, min(header.end - header.start, Self.window))
    guard let unit = DebugUnit(header, bytes: bytes, table: table, sections: sections) else { return nil }
    if units.count >= Self.unitLimit { units.removeAll() }
    units[key] = unit
    return unit
  }
}
