import BinaryReading
import ELF
import ProfileModel

/// A symbol table of an image, read piece by piece: entries in order, names where they are wanted.
struct SymbolTableReader {
  private let image: ELFImage
  private let entries: Section
  private let strings: Section
  private let bounds: [SectionBounds]

  /// Bytes of entries held at a time; a whole number of entries. Few enough for `malloc` to use the same memory again,
  /// instead of asking the kernel for fresh pages each time.
  private var pieceSize: UInt64 { UInt64(image.addressSize.symbolSize) << 12 }
  /// Bytes of names held at a time: at least a name, and few for the same reason.
  private static let windowSize: UInt64 = 3 << 15
  /// Longer names are cut; the same limit that the demangler has.
  private static let nameLimit: UInt64 = 65_536
  /// More symbols than any linker makes; the rest is ignored.
  private static let entryLimit: UInt64 = 100_000_000

  /// The table of this type; nil when the image has none with contents.
  init?(_ image: ELFImage, type: SectionType) {
    guard let entries = image.sections.first(where: { $0.type == type && $0.size > 0 }),
      Int(entries.link) < image.sections.count
    else { return nil }
    let strings = image.sections[Int(entries.link)]
    guard strings.hasContents else { return nil }
    self.image = image
    self.entries = entries
    self.strings = strings
    bounds = image.sections.map(SectionBounds.init)
  }

  /// Hands all entries to `scan`.
  func scan(into scan: inout SymbolScan) throws(ELFError) {
    let ignoresLabels = image.architecture == .aarch64
    if entries.isCompressed {
      try take(try image.contents(of: entries), into: &scan, ignoresLabels)
      return
    }
    let total = min(entries.size, Self.entryLimit * UInt64(image.addressSize.symbolSize))
    var offset: UInt64 = 0
    while offset < total {
      let count = min(pieceSize, total - offset)
      try take(try image.storedBytes(of: entries, at: offset, count: count), into: &scan, ignoresLabels)
      offset += count
    }
  }

  private func take(_ bytes: [UInt8], into scan: inout SymbolScan, _ ignoresLabels: Bool) throws(ELFError) {
    do throws(BinaryReadingError) {
      let bytes = image.addressSize == .wide ? bytes : try Self.widened(bytes.rawSpan)
      try scan.scan(bytes.rawSpan, sections: bounds, ignoresLocalLabels: ignoresLabels)
    } catch { throw .reading(path: image.path, error) }
  }

  /// Entries of a 32-bit file (`Elf32_Sym`) in the form that 64-bit files have them in.
  static func widened(_ bytes: RawSpan) throws(BinaryReadingError) -> [UInt8] {
    let size = AddressSize.narrow.symbolSize
    var result: [UInt8] = []
    result.reserveCapacity(bytes.byteCount / size * SymbolScan.Entry.size)
    func append<T: FixedWidthInteger>(_ value: T) {
      for index in 0..<T.bitWidth / 8 { result.append(UInt8(truncatingIfNeeded: value >> T(8 * index))) }
    }
    for base in stride(from: 0, to: bytes.byteCount - size + 1, by: size) {
      append(try bytes.load(at: base, as: UInt32.self))  // st_name
      append(try bytes.load(at: base + 12, as: UInt32.self))  // st_info, st_other, st_shndx
      append(UInt64(try bytes.load(at: base + 4, as: UInt32.self)))  // st_value
      append(UInt64(try bytes.load(at: base + 8, as: UInt32.self)))  // st_size
    }
    return result
  }

  /// The names at these offsets of the string table; offsets past its end are left out.
  func names(at offsets: some Sequence<UInt32>) throws(ELFError) -> [UInt32: String] {
    let sorted = Set(offsets).sorted()
    var names: [UInt32: String] = [:]
    names.reserveCapacity(sorted.count)
    if strings.isCompressed {
      let bytes = try image.contents(of: strings)
      for offset in sorted { names[offset] = Self.name(in: bytes, at: Int(offset)) }
      return names
    }
    var position = sorted.startIndex
    while position < sorted.endIndex, UInt64(sorted[position]) < strings.size {
      let start = UInt64(sorted[position])
      let count = min(Self.windowSize, strings.size - start)
      let window = try image.storedBytes(of: strings, at: start, count: count)
      let isLast = start + count == strings.size
      // A name that the window's end cuts off begins the next window. The first one is whole, or too long.
      while position < sorted.endIndex, UInt64(sorted[position]) - start < count {
        let offset = Int(UInt64(sorted[position]) - start)
        guard isLast || offset == 0 || offset + Int(Self.nameLimit) <= window.count || window[offset...].contains(0)
        else { break }
        names[sorted[position]] = Self.name(in: window, at: offset)
        position += 1
      }
    }
    return names
  }

  private static func name(in bytes: [UInt8], at start: Int) -> String? {
    guard start < bytes.count else { return nil }
    let limit = min(bytes.count, start + Int(nameLimit))
    let end = bytes[start..<limit].firstIndex(of: 0) ?? limit
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }
}
