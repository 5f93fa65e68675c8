import BinaryReading
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

  /// Whether a name, or the end of one, is among those of a symbol table. Those of dynamic symbols also tell the libraries
  /// that the image needs.
  ///
  /// - Complexity: reads the names once.
  static func names(of type: SectionType, in image: ELFImage, hold name: String) -> Bool {
    guard let table = image.sections.first(where: { $0.type == type && $0.hasContents }),
      Int(table.link) < image.sections.count,
      let strings = try? image.contents(of: image.sections[Int(table.link)], limit: sizeLimit)
    else { return false }
    return !offsets(of: [(name, Array(name.utf8))], in: strings).isEmpty
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
