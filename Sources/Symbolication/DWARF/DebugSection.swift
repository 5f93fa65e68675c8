import BinaryReading
import ELF

/// One section of debug information, or a part of one: read piece by piece, or held whole where it is compressed.
final class DebugSection {
  /// Bytes, decompressed.
  let count: Int
  private let source: Source
  /// All of it, where it is compressed or was asked for.
  private var whole: [UInt8]?
  /// Why it could not be decompressed.
  private(set) var problem: ELFError?
  /// What was read ahead, and where the last short read began: heads of units are read one after another.
  private var ahead: (start: Int, bytes: [UInt8]) = (0, [])
  private var lastShort = 0

  /// Bytes that are short, and those that are then read ahead where short reads lie so close to each other.
  private static let (short, close, aheadCount) = (1 << 9, 1 << 13, 1 << 14)

  /// Bytes of a decompressed section that are still held.
  private static let limit: UInt64 = 4 << 30

  /// Where its bytes come from.
  private enum Source {
    /// There is no such section.
    case none
    /// As the file has them, or compressed.
    case file(ELFImage, Section)
    /// A part of another section, from this offset on.
    case part(of: DebugSection, offset: Int)
  }

  /// The section of this name, or the `.zdebug_` one of older tools; empty when there is none or it is damaged.
  init(_ image: ELFImage, _ name: String) {
    let old = ".z" + name.dropFirst()
    let found = image.sections.first { ($0.name == name || $0.name == old) && $0.hasContents }
    guard let found else {
      (source, count, whole) = (.none, 0, [])
      return
    }
    source = .file(image, found)
    if found.isCompressed {
      var bytes: [UInt8] = []
      do throws(ELFError) { bytes = try image.contents(of: found, limit: Self.limit) } catch { problem = error }
      (count, whole) = (bytes.count, bytes)
    } else {
      count = Int(clamping: found.size)
    }
  }

  /// A part of a section; empty when that part does not lie in it.
  init(part range: Range<Int>, of section: DebugSection) {
    let isInside = range.lowerBound >= 0 && range.upperBound <= section.count
    (source, count) = isInside ? (.part(of: section, offset: range.lowerBound), range.count) : (.none, 0)
    problem = section.problem
  }

  /// At most `length` bytes from `offset` on; fewer at the section's end, none past it or when they can't be read.
  func bytes(at offset: Int, _ length: Int) -> [UInt8] {
    guard offset >= 0, offset < count, length > 0 else { return [] }
    let length = min(length, count - offset)
    if let whole { return Array(whole[offset..<offset + length]) }
    switch source {
    case .none: return []
    case .file(let image, let section):
      if length <= Self.short { return shortBytes(at: offset, length, section, of: image) }
      return (try? image.storedBytes(of: section, at: UInt64(offset), count: UInt64(length))) ?? []
    case .part(let section, let start): return section.bytes(at: start + offset, length)
    }
  }

  private func shortBytes(at offset: Int, _ length: Int, _ section: Section, of image: ELFImage) -> [UInt8] {
    func isAhead() -> Bool {
      offset >= ahead.start && offset - ahead.start <= ahead.bytes.count - length
    }
    if !isAhead() {
      let isClose = offset >= lastShort && offset - lastShort < Self.close
      let wanted = isClose ? min(Self.aheadCount, count - offset) : length
      ahead = (offset, (try? image.storedBytes(of: section, at: UInt64(offset), count: UInt64(wanted))) ?? [])
    }
    lastShort = offset
    guard isAhead() else { return [] }
    return Array(ahead.bytes[(offset - ahead.start)..<(offset - ahead.start + length)])
  }

  /// All bytes, which are then held; for small sections that are read in no order.
  func all() -> [UInt8] {
    if let whole { return whole }
    let bytes = bytes(at: 0, count)
    whole = bytes
    return bytes
  }

  /// The strings at these offsets; none for those past the end. Reads a window of the section at a time.
  func strings(at offsets: [Int]) -> [Int: String] {
    var result: [Int: String] = [:]
    result.reserveCapacity(offsets.count)
    var (window, start): ([UInt8], Int) = ([], 0)
    // Few strings lie too far apart to read all that is between them.
    let usual = offsets.count > count >> 12 ? Self.window : Self.smallWindow
    for offset in offsets.sorted() where offset >= 0 && offset < count {
      var end = offset >= start ? Self.end(of: offset - start, in: window) : nil
      if end == nil {
        (window, start) = (bytes(at: offset, usual), offset)
        end = Self.end(of: 0, in: window)
        if end == nil {
          if usual < Self.window { window = bytes(at: offset, Self.window) }
          end = Self.end(of: 0, in: window) ?? window.count
        }
      }
      if let end { result[offset] = String(decoding: window[(offset - start)..<end], as: UTF8.self) }
    }
    return result
  }

  /// The string at one offset; nil past the end.
  func string(at offset: Int) -> String? {
    let short = bytes(at: offset, 256)
    guard let end = short.firstIndex(of: 0) else { return strings(at: [offset])[offset] }
    return String(decoding: short[..<end], as: UTF8.self)
  }

  /// Bytes read at a time; longer names are cut, which is the demangler's limit too.
  private static let window = 1 << 16
  private static let smallWindow = 1 << 10

  /// Whether a table of string offsets begins with a header (DWARF 5, section 7.26).
  func hasTableHeader(isLong: Bool) -> Bool {
    let bytes = bytes(at: 0, 16)
    let length =
      isLong
      ? try? bytes.rawSpan.load(at: 4, as: UInt64.self)
      : (try? bytes.rawSpan.load(at: 0, as: UInt32.self)).map(UInt64.init)
    let rest = isLong ? 12 : 4
    guard let length, length >= 4, length <= UInt64(max(0, count - rest)) else { return false }
    // The version, and padding.
    return (try? bytes.rawSpan.load(at: rest, as: UInt32.self)) == 5
  }

  /// Where the string at `position` ends, if it does so in `bytes`.
  private static func end(of position: Int, in bytes: [UInt8]) -> Int? {
    guard position < bytes.count else { return nil }
    return bytes[position...].firstIndex(of: 0)
  }
}

/// The sections that name functions, inlined calls and lines (DWARF 5, section 7; 4 and earlier alike).
final class DebugSections {
  let info: DebugSection
  let abbreviations: DebugSection
  let lines: DebugSection
  let strings: DebugSection
  let lineStrings: DebugSection
  let stringOffsets: DebugSection
  let addresses: DebugSection
  let ranges: DebugSection
  let rangeLists: DebugSection
  /// Those of the file that several debug files share (`dwz -m`).
  let alternate: DebugSections?
  /// Of a split unit, whether `rangeLists` came from its own file.
  let hasOwnRangeLists: Bool

  init(_ image: ELFImage, alternate: ELFImage?) {
    func section(_ name: String) -> DebugSection { DebugSection(image, ".debug_" + name) }
    (info, abbreviations, lines) = (section("info"), section("abbrev"), section("line"))
    (strings, lineStrings, stringOffsets) = (section("str"), section("line_str"), section("str_offsets"))
    (addresses, ranges, rangeLists) = (section("addr"), section("ranges"), section("rnglists"))
    self.alternate = alternate.map { DebugSections($0, alternate: nil) }
    hasOwnRangeLists = true
  }

  /// The sections for a split unit: its own, and those of the program, which has its addresses, its lines and, before
  /// version 5, its ranges.
  init(split own: SplitSections, program: DebugSections) {
    (info, abbreviations, strings, stringOffsets) = (own.info, own.abbreviations, own.strings, own.stringOffsets)
    hasOwnRangeLists = own.rangeLists.count > 0
    rangeLists = hasOwnRangeLists ? own.rangeLists : program.rangeLists
    (lines, lineStrings) = (program.lines, program.lineStrings)
    (addresses, ranges) = (program.addresses, program.ranges)
    alternate = nil
  }

  /// Why one of them could not be decompressed.
  var problem: ELFError? {
    for section in [info, abbreviations, lines, strings, lineStrings, stringOffsets, addresses, ranges, rangeLists] {
      if let problem = section.problem { return problem }
    }
    return alternate?.problem
  }
}

/// Where a string lies: names are collected as places and read in order at the end, each once.
struct StringPlace: Hashable {
  enum Table: UInt8 { case info, strings, lineStrings, alternateInfo, alternateStrings }
  var table: Table
  var offset: Int
}

/// The names that were met, each with the number that entries know it by.
struct NamePlaces {
  private var numbers: [StringPlace: Int32] = [:]
  /// Nil for those whose text is known.
  private var places: [StringPlace?] = []
  private var numberOfText: [String: Int32] = [:]

  /// The number of the name at `place`.
  mutating func number(of place: StringPlace) -> Int32 {
    if let known = numbers[place] { return known }
    let number = Int32(truncatingIfNeeded: places.count)
    numbers[place] = number
    places.append(place)
    return number
  }

  /// The number of a name that was read already.
  mutating func number(ofText text: String) -> Int32 {
    if let known = numberOfText[text] { return known }
    let number = Int32(truncatingIfNeeded: places.count)
    numberOfText[text] = number
    places.append(nil)
    return number
  }

  /// All names, by number; empty texts for those that can't be read.
  func texts(_ sections: DebugSections) -> [String] {
    var texts = Array(repeating: "", count: places.count)
    for (text, number) in numberOfText { texts[Int(number)] = text }
    for (table, section) in Self.sections(sections) {
      let wanted = places.indices.compactMap { number in
        places[number].flatMap { $0.table == table ? (number: number, offset: $0.offset) : nil }
      }
      guard !wanted.isEmpty else { continue }
      let strings = section.strings(at: wanted.map(\.offset))
      for (number, offset) in wanted { texts[number] = strings[offset] ?? "" }
    }
    return texts
  }

  /// The text at one place.
  static func text(_ place: StringPlace, _ sections: DebugSections) -> String? {
    self.sections(sections).first { $0.0 == place.table }?.1.string(at: place.offset)
  }

  private static func sections(_ sections: DebugSections) -> [(StringPlace.Table, DebugSection)] {
    var result: [(StringPlace.Table, DebugSection)] = [
      (.info, sections.info), (.strings, sections.strings), (.lineStrings, sections.lineStrings),
    ]
    if let alternate = sections.alternate {
      result += [(.alternateInfo, alternate.info), (.alternateStrings, alternate.strings)]
    }
    return result
  }
}
