import BinaryReading
import ELF
import Glibc
import ProfileModel

/// Where in an image a program leaves what it tells others of code that it makes: stated addresses.
package struct RegistrationPoints: Hashable, Sendable {
  /// Of the list for gdb (`JITDebugList`).
  package private(set) var descriptor: UInt64?
  /// Words among which are the heads of libgcc's lists (`RegisteredFrameLists`).
  package private(set) var heads: [Range<UInt64>] = []

  /// Whether there is no such place.
  package var isEmpty: Bool { descriptor == nil && heads.isEmpty }

  /// Bytes of a symbol table, and of its names, that are still read.
  private static let sizeLimit: UInt64 = 64 << 20

  /// Searches the symbols of an image.
  ///
  /// - Complexity: reads all symbols once; to be asked once for an image, and of programs with run-time code only.
  package init(_ image: ELFImage) {
    guard image.addressSize == .wide else { return }
    let wanted = [JITDebugList.symbol, RegisteredFrameLists.function] + RegisteredFrameLists.heads
    var found: [String: UInt64] = [:]
    for type in [SectionType.dynamicSymbols, .symbolTable] {
      Self.find(wanted, type, image) { found[$0] = $1 }
    }
    descriptor = found[JITDebugList.symbol]
    heads = RegisteredFrameLists.heads.compactMap { found[$0] }.compactMap { address in
      address < .max - 8 ? address..<address + 8 : nil
    }
    if heads.isEmpty, found[RegisteredFrameLists.function] != nil { heads = Self.zeroedMemory(image) }
  }

  /// `.bss`, if it is small.
  private static func zeroedMemory(_ image: ELFImage) -> [Range<UInt64>] {
    image.segments.compactMap { segment in
      guard segment.type == .load, segment.memorySize > segment.fileSize else { return nil }
      let start = (segment.virtualAddress &+ segment.fileSize &+ 7) & ~7
      let end = segment.virtualAddress &+ segment.memorySize
      return start < end && end - start <= RegisteredFrameLists.areaLimit ? start..<end : nil
    }
  }

  /// Finds defined symbols of these names.
  private static func find(
    _ names: [String], _ type: SectionType, _ image: ELFImage, _ body: (String, UInt64) -> Void
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
        let value: UInt64 = try? entries.rawSpan.load(at: base + 8), value != 0
      else { continue }
      body(name, value)
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
          let isName = unsafe strings[offset..<end].elementsEqual(bytes)
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
