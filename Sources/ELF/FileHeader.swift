import BinaryReading
import ProfileModel

/// The fields of `Elf32_Ehdr` or `Elf64_Ehdr` that matter, with the escapes for large counts resolved.
struct FileHeader {
  let addressSize: AddressSize
  var type: ELFImage.FileType
  var architecture: Architecture?
  var entryPoint: UInt64
  var segmentTable: UInt64
  var segmentCount: UInt64
  var sectionTable: UInt64
  var sectionCount: UInt64
  var sectionNames: UInt64

  init(source: ImageSource, path: String) throws(ELFError) {
    guard source.size >= AddressSize.narrow.fileHeaderSize else { throw .notELF(path: path) }
    let identity = try source.read(at: 0, count: 16, path: path)
    guard identity.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else { throw .notELF(path: path) }
    guard let addressSize = AddressSize(rawValue: identity[4]), identity[5] == 1 else {
      throw .unsupportedFormat(path: path, fileClass: identity[4], dataEncoding: identity[5])
    }
    self.addressSize = addressSize
    guard source.size >= addressSize.fileHeaderSize else { throw .notELF(path: path) }
    let bytes = try source.read(at: 0, count: addressSize.fileHeaderSize, path: path)
    let view = bytes.rawSpan
    let (table, counts) = (addressSize.sectionTableField, addressSize.countFields)
    do throws(BinaryReadingError) {
      type =
        switch try view.load(at: 16, as: UInt16.self) {
        case 1: .relocatable
        case 2: .executable
        case 3: .shared
        case 4: .core
        case let other: .other(other)
        }
      architecture =
        switch (try view.load(at: 18, as: UInt16.self), addressSize) {
        case (3, .narrow): .i386
        case (62, _): .x86_64  // with narrow addresses: x32
        case (183, .wide): .aarch64
        default: nil
        }
      entryPoint = try view.load(at: 24, addressSize)
      segmentTable = try view.load(at: table - addressSize.bytes, addressSize)
      sectionTable = try view.load(at: table, addressSize)
      segmentCount = UInt64(try view.load(at: counts + 2, as: UInt16.self))
      sectionCount = UInt64(try view.load(at: counts + 6, as: UInt16.self))
      sectionNames = UInt64(try view.load(at: counts + 8, as: UInt16.self))
      if segmentCount > 0 { try Self.check(view.load(at: counts), addressSize.segmentHeaderSize) }
      if sectionTable > 0 { try Self.check(view.load(at: counts + 4), addressSize.sectionHeaderSize) }
    } catch { throw .malformed(path: path, part: "file header", value: UInt64(bytes[counts])) }
    try resolveEscapes(source, path)
  }

  private static func check(_ entrySize: UInt16, _ expected: UInt64) throws(BinaryReadingError) {
    guard UInt64(entrySize) == expected else { throw .truncated(offset: 54, count: Int(entrySize), available: 0) }
  }

  /// Counts that don't fit 16 bits stand in the section header with number 0 (gABI, `e_shnum`, `PN_XNUM`).
  private mutating func resolveEscapes(_ source: ImageSource, _ path: String) throws(ELFError) {
    let wantsSections = sectionTable != 0 && sectionCount == 0
    guard wantsSections || segmentCount == 0xFFFF || sectionNames == 0xFFFF else { return }
    let first: [UInt8]
    do {
      first = try source.read(at: sectionTable, count: addressSize.sectionHeaderSize, path: path)
    } catch {
      // Without the first section header there are no sections; segments don't need it unless there are very many.
      guard segmentCount != 0xFFFF else { throw error }
      (sectionCount, sectionTable) = (0, 0)
      return
    }
    let view = first.rawSpan
    do throws(BinaryReadingError) {
      let zeroth = try Section(view, at: 0, addressSize)
      if wantsSections { sectionCount = zeroth.size }
      if sectionNames == 0xFFFF { sectionNames = UInt64(zeroth.link) }
      if segmentCount == 0xFFFF { segmentCount = UInt64(zeroth.info) }
    } catch { throw .reading(path: path, error) }
  }
}
