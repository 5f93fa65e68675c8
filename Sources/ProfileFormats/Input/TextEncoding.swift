/// Makes text of other encodings, as byte order marks tell them, plain UTF-8 without one.
public struct TextEncoding: Sendable {
  private enum Unit {
    case unknown
    case utf8
    case utf16(isBigEndian: Bool)
  }

  private var unit = Unit.unknown
  /// Bytes of a mark or of a unit that the last piece did not end.
  private var rest: [UInt8] = []
  private var highSurrogate: UInt16?

  /// Text whose encoding its first bytes tell.
  public init() {}

  /// Whether `head` begins with a byte order mark.
  public static func isMarked(_ head: [UInt8]) -> Bool {
    head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) || head.starts(with: [0xEF, 0xBB, 0xBF])
  }

  /// The next piece as UTF-8.
  public mutating func decode(_ piece: [UInt8]) -> [UInt8] {
    if case .utf8 = unit { return piece }
    var bytes = rest + piece
    rest = []
    if case .unknown = unit {
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
        bytes.removeFirst(3)
        unit = .utf8
      } else if bytes.starts(with: [0xFF, 0xFE]) {
        bytes.removeFirst(2)
        unit = .utf16(isBigEndian: false)
      } else if bytes.starts(with: [0xFE, 0xFF]) {
        bytes.removeFirst(2)
        unit = .utf16(isBigEndian: true)
      } else {
        unit = .utf8
      }
    }
    guard case .utf16(let isBigEndian) = unit else { return bytes }
    return decode(bytes, isBigEndian: isBigEndian)
  }

  private mutating func decode(_ bytes: [UInt8], isBigEndian: Bool) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var offset = 0
    while offset + 1 < bytes.count {
      let (first, second) = (UInt16(bytes[offset]), UInt16(bytes[offset + 1]))
      append(isBigEndian ? first << 8 | second : second << 8 | first, to: &result)
      offset += 2
    }
    if offset < bytes.count { rest = [bytes[offset]] }
    return result
  }

  private mutating func append(_ unit: UInt16, to result: inout [UInt8]) {
    if UTF16.isLeadSurrogate(unit) {
      highSurrogate = unit
      return
    }
    var value = UInt32(unit)
    if UTF16.isTrailSurrogate(unit) {
      value = highSurrogate.map { 0x10000 + (UInt32($0) & 0x3FF) << 10 + UInt32(unit) & 0x3FF } ?? 0xFFFD
    }
    highSurrogate = nil
    let scalar = Unicode.Scalar(value) ?? "\u{FFFD}"
    result.append(contentsOf: String(Character(scalar)).utf8)
  }
}
