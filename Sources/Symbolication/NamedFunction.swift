import BinaryReading
import Demangling
import ELF
import ProfileModel

/// A function that was found by its name, and where its code begins.
package struct NamedFunction: Hashable, Sendable {
  /// The whole name, demangled.
  package var name: String
  /// As the image states it.
  package var address: UInt64
  /// Where that lies in the file.
  package var fileOffset: UInt64

  /// Bytes of a symbol table, and of its names, that are still read.
  private static let sizeLimit: UInt64 = 256 << 20

  /// The beginnings of all functions that a name may mean: those with this linkage name, else this full name, else this
  /// short name, else this name before its parameters. Of one function there are several where the compiler made more than
  /// one of it, for special types.
  ///
  /// Left out is code that only leads to the function, continues it after an `await`, or is a part of it
  /// (`.cold`, `.part`).
  ///
  /// - Complexity: reads and demangles all symbols once.
  package static func find(
    _ wanted: String, in image: ELFImage, options: Symbolicator.Options = Symbolicator.Options()
  ) -> [NamedFunction] {
    var symbols = functions(of: image, .symbolTable)
    if symbols.isEmpty {
      let locator = DebugFileLocator(folders: options.debugFolders, rootFolder: options.rootFolder)
      if let file = locator.debugFile(for: image, path: image.path).image {
        symbols = functions(of: file, .symbolTable)
      } else if let mini = try? MiniDebugInfo.image(in: image) {
        symbols = functions(of: mini, .symbolTable)
      }
    }
    symbols += functions(of: image, .dynamicSymbols)
    let exact = symbols.filter { $0.name == wanted }
    if !exact.isEmpty { return entries(exact.map { ($0.name, $0.address) }, in: image) }
    let names = Demangler().demangle(symbols.map(\.name))
    for isMeant in [
      { (name: DemangledName) in name.full == wanted }, { $0.short == wanted },
      { $0.full.beforeParameters == wanted || $0.short.beforeParameters == wanted },
    ] {
      let found = zip(symbols, names).compactMap { symbol, name -> (String, UInt64)? in
        guard let name, !name.isForwarder, !name.isThunk, isMeant(name), !isPart(symbol.name) else { return nil }
        return (name.full, symbol.address)
      }
      if !found.isEmpty { return entries(found, in: image) }
    }
    return []
  }

  /// Each address once, with its place in the file.
  private static func entries(_ found: [(name: String, address: UInt64)], in image: ELFImage) -> [NamedFunction] {
    var addresses: Set<UInt64> = []
    return found.compactMap { name, address in
      guard addresses.insert(address).inserted,
        let segment = image.segments.first(where: { $0.type == .load && $0.isExecutable && $0.holds(address) }),
        address - segment.virtualAddress < segment.fileSize
      else { return nil }
      return NamedFunction(
        name: name, address: address, fileOffset: segment.offset &+ (address - segment.virtualAddress))
    }.sorted { $0.address < $1.address }
  }

  /// Whether a linkage name is of a function's part: what the compiler moved out of it, or how it goes on after an `await`
  /// (`TY0_`, `TQ1_` in Swift's mangling).
  private static func isPart(_ name: String) -> Bool {
    if name.contains(".cold") || name.contains(".part.") { return true }
    guard name.hasPrefix("$s") || name.hasPrefix("_$s"), name.hasSuffix("_") else { return false }
    let rest = name.utf8.dropLast().reversed().drop { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard let kind = rest.first, kind == UInt8(ascii: "Y") || kind == UInt8(ascii: "Q") else { return false }
    return rest.dropFirst().first == UInt8(ascii: "T")
  }

  /// The defined functions of a table.
  private static func functions(of image: ELFImage, _ type: SectionType) -> [(name: String, address: UInt64)] {
    guard let table = image.sections.first(where: { $0.type == type && $0.hasContents }),
      Int(table.link) < image.sections.count,
      let strings = try? image.contents(of: image.sections[Int(table.link)], limit: sizeLimit),
      var entries = try? image.contents(of: table, limit: sizeLimit)
    else { return [] }
    if image.addressSize == .narrow {
      guard let widened = try? SymbolTableReader.widened(entries.rawSpan) else { return [] }
      entries = widened
    }
    var functions: [(name: String, address: UInt64)] = []
    for base in stride(from: 0, through: entries.count - SymbolScan.Entry.size, by: SymbolScan.Entry.size) {
      guard let info: UInt8 = try? entries.rawSpan.load(at: base + 4), info & 15 == function,
        let home: UInt16 = try? entries.rawSpan.load(at: base + 6), home != 0,
        let value: UInt64 = try? entries.rawSpan.load(at: base + 8), value != 0,
        let offset: UInt32 = try? entries.rawSpan.load(at: base), Int(offset) < strings.count
      else { continue }
      let end = strings[Int(offset)...].firstIndex(of: 0) ?? strings.endIndex
      functions.append((String(decoding: strings[Int(offset)..<end], as: UTF8.self), value))
    }
    return functions
  }

  /// STT_FUNC (gABI, "Symbol Table").
  private static let function: UInt8 = 2
}

extension String {
  /// A function's name without what follows its first parenthesis; a name that begins with one stays.
  fileprivate var beforeParameters: Substring {
    guard let open = firstIndex(of: "("), open != startIndex else { return self[...] }
    return self[..<open]
  }
}
