import ELF

/// One section of debug information: read piece by piece, or held whole where it is compressed.
final class DebugSection {
  /// Bytes, decompressed.
  let count: Int
  private let image: ELFImage
  private let section: Section?
  /// All of it, where it is compressed or was asked for.
  private var whole: [UInt8]?
  /// Why it could not be decompressed.
  private(set) var problem: ELFError?

  /// Bytes of a decompressed section that are still held.
  private static let limit: UInt64 = 4 << 30

  /// The section of this name, or the `.zdebug_` one of older tools; empty when there is none or it is damaged.
  init(_ image: ELFImage, _ name: String) {
    self.image = image
    let old = ".z" + name.dropFirst()
    let found = image.sections.first { ($0.name == name || $0.name == old) && $0.hasContents }
    section = found
    guard let found else {
      (count, whole) = (0, [])
      return
    }
    if found.isCompressed {
      var bytes: [UInt8] = []
      do throws(ELFError) { bytes = try image.contents(of: found, limit: Self.limit) } catch { problem = error }
      (count, whole) = (bytes.count, bytes)
    } else {
      count = Int(clamping: found.size)
    }
  }

  /// At most `length` bytes from `offset` on; fewer at the section's end, none past it or when they can't be read.
  func bytes(at offset: Int, _ length: Int) -> [UInt8] {
    guard offset >= 0, offset < count, length > 0 else { return [] }
    let length = min(length, count - offset)
    if let whole { return Array(whole[offset..<offset + length]) }
    guard let section else { return [] }
    return (try? image.storedBytes(of: section, at: UInt64(offset), count: UInt64(length))) ?? []
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
    for offset in offsets.sorted() where offset >= 0 && offset < count {
      var end = offset >= start ? Self.end(of: offset - start, in: window) : nil
      if end == nil {
        (window, start) = (bytes(at: offset, Self.window), offset)
        end = Self.end(of: 0, in: window) ?? window.count
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

  init(_ image: ELFImage, alternate: ELFImage?) {
    func section(_ name: String) -> DebugSection { DebugSection(image, ".debug_" + name) }
    (info, abbreviations, lines) = (section("info"), section("abbrev"), section("line"))
    (strings, lineStrings, stringOffsets) = (section("str"), section("line_str"), section("str_offsets"))
    (addresses, ranges, rangeLists) = (section("addr"), section("ranges"), section("rnglists"))
    self.alternate = alternate.map { DebugSections($0, alternate: nil) }
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
struct NameTable {
  private var numbers: [StringPlace: Int32] = [:]
  private var places: [StringPlace] = []

  /// The number of the name at `place`.
  mutating func number(of place: StringPlace) -> Int32 {
    if let known = numbers[place] { return known }
    let number = Int32(truncatingIfNeeded: places.count)
    numbers[place] = number
    places.append(place)
    return number
  }

  /// All names, by number; empty texts for those that can't be read.
  func texts(_ sections: DebugSections) -> [String] {
    var texts = Array(repeating: "", count: places.count)
    for (table, section) in Self.sections(sections) {
      let numbers = places.indices.filter { places[$0].table == table }
      guard !numbers.isEmpty else { continue }
      let strings = section.strings(at: numbers.map { places[$0].offset })
      for number in numbers { texts[number] = strings[places[number].offset] ?? "" }
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
