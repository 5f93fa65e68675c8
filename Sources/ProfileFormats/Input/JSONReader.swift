import BinaryReading

/// Reads JSON (RFC 8259) from untrusted bytes, value by value: what isn't asked for is passed over.
///
/// Nothing recurses but what the caller asks for; values that are passed over may be nested to any depth.
struct JSONReader: ~Escapable {
  private let bytes: RawSpan
  /// Where the next value begins.
  private(set) var offset: Int

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, at offset: Int = 0) {
    self.bytes = bytes
    self.offset = offset
  }

  /// One that goes on where `other` stands.
  @_lifetime(copy other)
  init(copying other: borrowing JSONReader) {
    bytes = other.bytes
    offset = other.offset
  }

  private var failure: ProfileFormatError { .badJSON(offset: offset) }

  /// The next byte that is no blank; nil at the end.
  @_lifetime(self: copy self)
  mutating func peek() -> UInt8? {
    while offset < bytes.byteCount {
      let byte = bytes.byte(at: offset)
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      offset += 1
    }
    return nil
  }

  @_lifetime(self: copy self)
  private mutating func take(_ byte: UInt8) throws(ProfileFormatError) {
    guard peek() == byte else { throw failure }
    offset += 1
  }

  /// Enters an object or array, whose bracket is `open`.
  @_lifetime(self: copy self)
  mutating func enter(_ open: Unicode.Scalar) throws(ProfileFormatError) { try take(UInt8(ascii: open)) }

  /// Whether the object or array that was entered goes on; false behind its closing bracket. `isFirst` becomes false.
  @_lifetime(self: copy self)
  mutating func goesOn(_ close: Unicode.Scalar, _ isFirst: inout Bool) throws(ProfileFormatError) -> Bool {
    guard let next = peek() else { throw failure }
    if next == UInt8(ascii: close) {
      offset += 1
      return false
    }
    if !isFirst { try take(UInt8(ascii: ",")) }
    isFirst = false
    return true
  }

  /// A member's name and its colon.
  @_lifetime(self: copy self)
  mutating func key() throws(ProfileFormatError) -> String {
    let key = try string()
    try take(UInt8(ascii: ":"))
    return key
  }

  /// A string; escapes and broken UTF-8 are repaired.
  @_lifetime(self: copy self)
  mutating func string() throws(ProfileFormatError) -> String {
    try take(UInt8(ascii: "\""))
    var text: [UInt8] = []
    var start = offset
    while offset < bytes.byteCount {
      let byte = bytes.byte(at: offset)
      if byte == UInt8(ascii: "\"") {
        let piece = bytes.extracting(start..<offset)
        offset += 1
        if text.isEmpty { return piece.text() }
        text.append(contentsOf: piece)
        return String(decoding: text, as: UTF8.self)
      }
      offset += 1
      guard byte == UInt8(ascii: "\\") else { continue }
      text.append(contentsOf: bytes.extracting(start..<offset - 1))
      try escape(into: &text)
      start = offset
    }
    throw failure
  }

  /// What follows a backslash.
  @_lifetime(self: copy self)
  private mutating func escape(into text: inout [UInt8]) throws(ProfileFormatError) {
    guard offset < bytes.byteCount else { throw failure }
    let byte = bytes.byte(at: offset)
    offset += 1
    switch byte {
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "u"):
      var value = try unit()
      if value & 0xFC00 == 0xD800, offset + 6 <= bytes.byteCount, bytes.byte(at: offset) == UInt8(ascii: "\\"),
        bytes.byte(at: offset + 1) == UInt8(ascii: "u")
      {
        offset += 2
        value = 0x10000 + (value & 0x3FF) << 10 + (try unit()) & 0x3FF
      }
      text.append(contentsOf: String(Character(Unicode.Scalar(value) ?? "\u{FFFD}")).utf8)
    default: throw failure
    }
  }

  /// Four hexadecimal digits.
  @_lifetime(self: copy self)
  private mutating func unit() throws(ProfileFormatError) -> UInt32 {
    guard offset + 4 <= bytes.byteCount, let value = bytes.hexadecimal(in: offset..<offset + 4) else { throw failure }
    offset += 4
    return UInt32(truncatingIfNeeded: value)
  }

  /// A number.
  @_lifetime(self: copy self)
  mutating func number() throws(ProfileFormatError) -> Double {
    guard peek() != nil else { throw failure }
    let start = offset
    while offset < bytes.byteCount, "+-.0123456789eE".utf8.contains(bytes.byte(at: offset)) { offset += 1 }
    let digits = bytes.byte(at: start) == UInt8(ascii: "-") ? start + 1 : start
    if let whole = bytes.decimal(in: digits..<offset), whole < 1 << 53 {
      return digits > start ? -Double(whole) : Double(whole)
    }
    guard let value = Double(bytes.extracting(start..<offset).text()), value.isFinite else { throw failure }
    return value
  }

  /// Passes a value over.
  @_lifetime(self: copy self)
  mutating func skip() throws(ProfileFormatError) {
    var depth = 0
    repeat {
      switch peek() {
      case nil: throw failure
      case UInt8(ascii: "\""): try skipString()
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        offset += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard depth > 0 else { throw failure }
        depth -= 1
        offset += 1
      case UInt8(ascii: ","), UInt8(ascii: ":"):
        guard depth > 0 else { throw failure }
        offset += 1
      default:
        let start = offset
        while offset < bytes.byteCount, !"{}[],:\" \n\r\t".utf8.contains(bytes.byte(at: offset)) { offset += 1 }
        guard offset > start else { throw failure }
      }
    } while depth > 0
  }

  @_lifetime(self: copy self)
  private mutating func skipString() throws(ProfileFormatError) {
    offset += 1
    while offset < bytes.byteCount {
      let byte = bytes.byte(at: offset)
      offset += byte == UInt8(ascii: "\\") ? 2 : 1
      if byte == UInt8(ascii: "\"") { return }
    }
    throw failure
  }

  /// Where the values of an object's members begin, by name; passes the object over.
  @_lifetime(self: copy self)
  mutating func members() throws(ProfileFormatError) -> [String: Int] {
    var result: [String: Int] = [:]
    try enter("{")
    var isFirst = true
    while try goesOn("}", &isFirst) {
      let name = try key()
      _ = peek()
      if result.count < 1 << 10 { result[name] = offset }
      try skip()
    }
    return result
  }
}
