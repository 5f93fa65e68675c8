/// Bytes of a document in the making. Numbers and names go in without intermediate strings.
struct MarkupBuffer {
  private(set) var bytes: [UInt8] = []

  /// Text that is markup already.
  mutating func write(_ markup: StaticString) {
    let byteCount = markup.utf8CodeUnitCount
    // SAFETY: a static string's UTF-8 code units live as long as the program; `byteCount` is theirs.
    unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: markup.utf8Start, count: byteCount))
  }

  /// Text that is markup already.
  mutating func write(raw markup: String) { bytes.append(contentsOf: markup.utf8) }

  mutating func write(_ other: MarkupBuffer) { bytes.append(contentsOf: other.bytes) }

  /// Text for element content or a quoted attribute, made safe for XML and HTML.
  mutating func write(text: String) {
    for byte in MarkupBuffer.printable(text).utf8 {
      switch byte {
      case UInt8(ascii: "&"): write("&amp;")
      case UInt8(ascii: "<"): write("&lt;")
      case UInt8(ascii: ">"): write("&gt;")
      case UInt8(ascii: "\""): write("&quot;")
      case UInt8(ascii: "'"): write("&#39;")
      default: bytes.append(byte)
      }
    }
  }

  /// A JSON string that may also stand inside XML elements and HTML scripts: no `<`, `>` or `&` is in it.
  mutating func write(json text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in MarkupBuffer.printable(text).utf8 {
      switch byte {
      case UInt8(ascii: "\""): write("\\\"")
      case UInt8(ascii: "\\"): write("\\\\")
      case UInt8(ascii: "<"): write("\\u003c")
      case UInt8(ascii: ">"): write("\\u003e")
      case UInt8(ascii: "&"): write("\\u0026")
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  mutating func write(_ number: some BinaryInteger) {
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    var rest = number.magnitude
    let start = bytes.count
    repeat {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
      rest = quotient
    } while rest != 0
    bytes[start...].reverse()
  }

  /// A length in pixels with up to two decimals; values beyond any picture are clamped.
  mutating func write(pixels: Double) {
    let hundredths = pixels > 0 ? Int((min(pixels, 1e12) * 100).rounded()) : 0  // and 0 for no number
    write(hundredths / 100)
    let (tens, ones) = (hundredths / 10 % 10, hundredths % 10)
    guard tens != 0 || ones != 0 else { return }
    bytes.append(UInt8(ascii: "."))
    bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: tens))
    if ones != 0 { bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: ones)) }
  }
}

extension MarkupBuffer {
  /// `text` without characters that XML 1.0 forbids (section 2.2), that a terminal or a reader obeys instead of showing,
  /// or that turn the direction of text around. Line breaks and tabs become blanks, all others `\u{…}`.
  static func printable(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x09, 0x0A, 0x0D, 0x85, 0x2028, 0x2029: result.append(" ")
      case 0x00...0x1F, 0x7F...0x9F, 0x61C, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB,
        0xFFFE, 0xFFFF, 0xE0000...0xE0FFF:
        result += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// `text` cut at a character so that it has at most `limit` bytes and an ellipsis.
  static func shortened(_ text: String, to limit: Int) -> String {
    guard text.utf8.count > limit else { return text }
    var end = text.utf8.index(text.utf8.startIndex, offsetBy: limit)
    while end > text.utf8.startIndex, text.utf8[end] & 0xC0 == 0x80 { end = text.utf8.index(before: end) }
    return String(text[..<end]) + "…"
  }
}
