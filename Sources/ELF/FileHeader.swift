import BinaryReading
import ProfileModel

/// The fields of `Elf64_Ehdr` that matter, with the escapes for large counts resolved.
struct FileHeader {
  var type: ELFImage.FileType
  var architecture: Architecture?
  var entryPoint: UInt64
  var segmentTable: UInt64
  var segmentCount: UInt64
  var sectionTable: UInt64
  var sectionCount: UInt64
  var sectionNames: UInt64

  static let segmentHeaderSize: UInt64 = 56
  static let sectionHeaderSize: UInt64 = 64

  init(source: ImageSource, path: String) throws(ELFError) {
    guard source.size >= 64 else { throw .notELF(path: path) }
    let bytes = try source.read(at: 0, count: 64, path: path)
    guard bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else { throw .notELF(path: path) }
    guard bytes[4] == 2, bytes[5] == 1 else {
      throw .unsupportedFormat(path: path, fileClass: bytes[4], dataEncoding: bytes[5])
    }
    let view = bytes.rawSpan
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
        switch try view.load(at: 18, as: UInt16.self) {
        case 62: .x86_64
        case 183: .aarch64
        default: nil
        }
      entryPoint = try view.load(at: 24)
      segmentTable = try view.load(at: 32)
      sectionTable = try view.load(at: 40)
      segmentCount = UInt64(try view.load(at: 56, as: UInt16.self))
      sectionCount = UInt64(try view.load(at: 60, as: UInt16.self))
      sectionNames = UInt64(try view.load(at: 62, as: UInt16.self))
      if segmentCount > 0 { try Self.check(view.load(at: 54), Self.segmentHeaderSize) }
      if sectionTable > 0 { try Self.check(view.load(at: 58), Self.sectionHeaderSize) }
    } catch { throw .malformed(path: path, part: "file header", value: UInt64(bytes[54])) }
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
      first = try source.read(at: sectionTable, count: Self.sectionHeaderSize, path: path)
    } catch {
      // Without the first section header there are no sections; segments don't need it unless there are very many.
      guard segmentCount != 0xFFFF else { throw error }
      (sectionCount, sectionTable) = (0, 0)
      return
    }
    let view = first.rawSpan
    do throws(BinaryReadingError) {
      if wantsSections { sectionCount = try view.load(at: 32) }
      if sectionNames == 0xFFFF { sectionNames = UInt64(try view.load(at: 40, as: UInt32.self)) }
      if segmentCount == 0xFFFF { segmentCount = UInt64(try view.load(at: 44, as: UInt32.self)) }
    } catch { throw .reading(path: path, error) }
  }
}
