import BinaryReading
import Searching

/// What precedes the entries of a unit in `.debug_info` (DWARF 5, section 7.5.1).
struct UnitHeader {
  /// Offset of the unit in its section, and of the first byte behind it.
  var start: Int
  var end: Int
  var version: UInt16
  /// Bytes of an offset: 4, or 8 in 64-bit DWARF.
  var offsetSize: Int
  var addressSize: Int
  /// Where its abbreviations begin.
  var abbreviations: Int
  var kind: Kind
  /// The number that both halves of a split unit have in common, where the header tells it (version 5).
  var splitID: UInt64?
  /// Bytes of the header; its entry follows.
  var length: Int

  /// What a unit holds, as far as its header tells.
  enum Kind { case compilation, skeleton, split, other }

  /// More units than any linker puts into a file.
  private static let limit = 1 << 22

  /// All units of a section, in order, up to the first that is damaged.
  static func all(in section: DebugSection) -> [UnitHeader] {
    var headers: [UnitHeader] = []
    var offset = 0
    while offset < section.count, headers.count < limit {
      let bytes = section.bytes(at: offset, 40)
      guard let (header, end) = try? read(bytes.rawSpan, at: offset), end <= section.count else { break }
      if let header { headers.append(header) }
      offset = end
    }
    return headers
  }

  /// The header of the unit at `offset`, nil for one in a form that is not known; and where the next unit begins.
  private static func read(_ bytes: RawSpan, at offset: Int) throws(BinaryReadingError) -> (UnitHeader?, Int) {
    var cursor = ByteCursor(bytes)
    var length = UInt64(try cursor.read(UInt32.self))
    let is64 = length == 0xFFFF_FFFF
    if is64 { length = try cursor.read() }
    guard let size = Int(exactly: length), size > 0, size < 1 << 40 else { throw .overlongNumber(offset: offset) }
    let end = offset + cursor.offset + size
    let offsetSize = is64 ? 8 : 4
    let version: UInt16 = try cursor.read()
    var kind = Kind.compilation
    var splitID: UInt64?
    var addressSize: UInt8 = 0
    let abbreviations: UInt64
    switch version {
    case 2...4:
      abbreviations = is64 ? try cursor.read() : UInt64(try cursor.read(UInt32.self))
      addressSize = try cursor.read()
    case 5:
      let type = UnitType(rawValue: try cursor.read())
      addressSize = try cursor.read()
      abbreviations = is64 ? try cursor.read() : UInt64(try cursor.read(UInt32.self))
      switch type {
      case .compile: kind = .compilation
      case .skeleton, .splitCompile:
        kind = type == .skeleton ? .skeleton : .split
        splitID = try cursor.read()
      case .type, .splitType:
        kind = .other
        try cursor.skip(8 + offsetSize)
      case nil: kind = .other
      }
    default: return (nil, end)
    }
    guard addressSize == 8 || addressSize == 4, let table = Int(exactly: abbreviations),
      cursor.offset <= end - offset
    else { return (nil, end) }
    let header = UnitHeader(
      start: offset, end: end, version: version, offsetSize: offsetSize, addressSize: Int(addressSize),
      abbreviations: table, kind: kind, splitID: splitID, length: cursor.offset)
    return (header, end)
  }
}

/// Types of units (DWARF 5, section 7.5.1, table 7.2).
private enum UnitType: UInt8 {
  /// `DW_UT_compile`
  case compile = 1
  /// `DW_UT_type`
  case type = 2
  /// `DW_UT_skeleton`
  case skeleton = 4
  /// `DW_UT_split_compile`
  case splitCompile = 5
  /// `DW_UT_split_type`
  case splitType = 6
}

extension [UnitHeader] {
  /// The unit that holds an offset; headers are ascending.
  func unit(holding offset: Int) -> UnitHeader? {
    let next = partitionPoint { $0.start > offset }
    guard next > 0, offset < self[next - 1].end else { return nil }
    return self[next - 1]
  }
}
