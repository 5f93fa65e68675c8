import TextWriting

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

  /// Bytes that are markup already.
  mutating func write(bytes markup: [UInt8]) { bytes.append(contentsOf: markup) }

  mutating func write(_ other: MarkupBuffer) { bytes.append(contentsOf: other.bytes) }

  /// Text for element content or a quoted attribute, made safe for XML and HTML.
  mutating func write(text: String) {
    write(MarkupBuffer.printable(text)) { byte in
      switch byte {
      case UInt8(ascii: "&"): "&amp;"
      case UInt8(ascii: "<"): "&lt;"
      case UInt8(ascii: ">"): "&gt;"
      case UInt8(ascii: "\""): "&quot;"
      case UInt8(ascii: "'"): "&#39;"
      default: nil
      }
    }
  }

  /// A JSON string that may also stand inside XML elements and HTML scripts: no `<`, `>` or `&` is in it.
  mutating func write(json text: String) {
    bytes.append(UInt8(ascii: "\""))
    write(MarkupBuffer.printable(text)) { byte in
      switch byte {
      case UInt8(ascii: "\""): "\\\""
      case UInt8(ascii: "\\"): "\\\\"
      case UInt8(ascii: "<"): "\\u003c"
      case UInt8(ascii: ">"): "\\u003e"
      case UInt8(ascii: "&"): "\\u0026"
      default: nil
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Text with some bytes replaced; the runs between them, which are nearly everything, are copied as they are.
  @inline(__always)
  private mutating func write(_ text: String, replacing replacement: (UInt8) -> StaticString?) {
    let characters = text.utf8.span
    var copied = 0
    for index in characters.indices {
      guard let markup = replacement(characters[index]) else { continue }
      append(characters.extracting(copied..<index))
      write(markup)
      copied = index + 1
    }
    append(characters.extracting(copied...))
  }

  private mutating func append(_ characters: Span<UInt8>) {
    // SAFETY: the bytes are copied during the call.
    unsafe characters.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
  }

  mutating func write(_ number: some BinaryInteger) {
    var rest = UInt64(truncatingIfNeeded: number.magnitude)
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    if rest < 10 { return bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest)) }
    let start = bytes.count
    repeat {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
      rest = quotient
    } while rest != 0
    var (low, high) = (start, bytes.count - 1)
    while low < high {
      bytes.swapAt(low, high)
      (low, high) = (low + 1, high - 1)
    }
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
  /// `text` without characters that XML 1.0 forbids, or that a reader obeys or overlooks; line breaks and tabs become
  /// blanks, all others `\u{…}`.
  static func printable(_ text: String) -> String { text.showingHidden(breaksAreBlank: true) }

  /// `text` cut at a character so that it has at most `limit` bytes and an ellipsis.
  static func shortened(_ text: String, to limit: Int) -> String {
    guard text.utf8.count > limit else { return text }
    var end = text.utf8.index(text.utf8.startIndex, offsetBy: limit)
    while end > text.utf8.startIndex, text.utf8[end] & 0xC0 == 0x80 { end = text.utf8.index(before: end) }
    return String(text[..<end]) + "…"
  }
}

extension MarkupBuffer {
  /// A list in JSON.
  mutating func list<Items: Sequence>(_ items: Items, _ write: (Items.Element, inout MarkupBuffer) -> Void) {
    self.write("[")
    var isFirst = true
    for item in items {
      if !isFirst { self.write(",") }
      isFirst = false
      write(item, &self)
    }
    self.write("]")
  }
}
