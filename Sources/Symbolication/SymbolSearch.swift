import BinaryReading
import CLinuxPerf
import ELF
import Glibc

/// Finds a few symbols of an image by their names, without keeping the others.
enum SymbolSearch {
  /// Where a symbol lies, as the file states it.
  struct Symbol: Hashable {
    var address: UInt64
    var size: UInt64
  }

  /// Bytes of a symbol table, and of its names, that are still read.
  private static let sizeLimit: UInt64 = 64 << 20
  /// Bytes of names that are searched at once: few enough for memory that is used again and again.
  private static let partSize: UInt64 = 1 << 16

  /// Those of these names that are defined, of the dynamic symbols and all others.
  ///
  /// - Complexity: reads all symbols once.
  static func find(_ names: [String], in image: ELFImage) -> [String: Symbol] {
    var found: [String: Symbol] = [:]
    for type in [SectionType.dynamicSymbols, .symbolTable] {
      find(names, type, image) { found[$0] = $1 }
    }
    return found
  }

  /// Which of a few names, or ends of names, are among those of a symbol table. Those of dynamic symbols also tell the
  /// libraries that the image needs.
  ///
  /// - Complexity: reads the names once, a part at a time; to the end only if one is missing.
  static func names(of type: SectionType, in image: ELFImage, hold names: [String]) -> [Bool] {
    var found = names.map { _ in false }
    guard let table = image.sections.first(where: { $0.type == type && $0.hasContents }),
      Int(table.link) < image.sections.count
    else { return found }
    let strings = image.sections[Int(table.link)]
    guard strings.hasContents, !strings.isCompressed, strings.size <= sizeLimit else { return found }
    let wanted = names.map { Array($0.utf8) + [0] }
    // What two parts share.
    let overlap = UInt64(wanted.map(\.count).max() ?? 1) - 1
    var offset: UInt64 = 0
    while offset < strings.size, found.contains(false) {
      let count = min(partSize, strings.size - offset)
      guard let part = try? image.storedBytes(of: strings, at: offset, count: count) else { return found }
      for index in wanted.indices where !found[index] { found[index] = holds(wanted[index], part) }
      guard count > overlap, offset + count < strings.size else { break }
      offset += count - overlap
    }
    return found
  }

  private static func holds(_ wanted: [UInt8], _ bytes: [UInt8]) -> Bool {
    // SAFETY: the search stays within the counts given, and the pointers within the call.
    unsafe bytes.withUnsafeBytes { all in
      guard let base = all.baseAddress else { return false }
      return unsafe clp_find(base, all.count, wanted, wanted.count) != nil
    }
  }

  /// Finds defined symbols of these names.
  private static func find(
    _ names: [String], _ type: SectionType, _ image: ELFImage, _ body: (String, Symbol) -> Void
  ) {
    guard let table = image.sections.first(where: { $0.type == type && $0.hasContents }),
      Int(table.link) < image.sections.count,
      let strings = try? image.contents(of: image.sections[Int(table.link)], limit: sizeLimit)
    else { return }
    let nameAt = offsets(of: names.map { ($0, Array($0.utf8)) }, in: strings)
    guard !nameAt.isEmpty, let entries = try? image.contents(of: table, limit: sizeLimit) else { return }
    for base in stride(from: 0, through: entries.count - 24, by: 24) {
      guard let offset: UInt32 = try? entries.rawSpan.load(at: base), let name = nameAt[offset],
        let home: UInt16 = try? entries.rawSpan.load(at: base + 6), home != 0,
        let value: UInt64 = try? entries.rawSpan.load(at: base + 8), value != 0,
        let size: UInt64 = try? entries.rawSpan.load(at: base + 16)
      else { continue }
      body(name, Symbol(address: value, size: size))
    }
  }

  /// Where names begin in a string table; linkers let a name be the end of a longer one.
  private static func offsets(of names: [(name: String, bytes: [UInt8])], in strings: [UInt8]) -> [UInt32: String] {
    var nameAt: [UInt32: String] = [:]
    // SAFETY: the search stays within the count given, and the pointers within the closure.
    unsafe strings.withUnsafeBytes { strings in
      var start = 0
      while let base = strings.baseAddress, start < strings.count,
        let zero = unsafe memchr(base + start, 0, strings.count - start)
      {
        let end = unsafe UnsafeRawPointer(zero) - base
        for (name, bytes) in names where end - start >= bytes.count {
          let offset = end - bytes.count
          let isName = unsafe memcmp(base + offset, bytes, bytes.count) == 0
          if isName, let place = UInt32(exactly: offset) {
            nameAt[place] = name
          }
        }
        start = end + 1
      }
    }
    return nameAt
  }
}
