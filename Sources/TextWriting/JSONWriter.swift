/// Writes JSON (RFC 8259) piece by piece into bytes, the same for the same calls.
///
/// Commas and colons are set by the writer. Strings come out as valid JSON whatever they hold; numbers that JSON can't
/// express come out as `null`.
package struct JSONWriter: Sendable {
  /// What was written and not taken yet.
  package private(set) var bytes: [UInt8] = []
  private var needsComma = false
  private var followsKey = false
  private var depth = 0
  private let indentation: Int

  /// A writer of one line, or with `indentation` blanks for each level where that isn't 0.
  package init(indentation: Int = 0) { self.indentation = indentation }

  /// Hands over what was written so far and goes on with an empty buffer.
  package mutating func take() -> [UInt8] {
    let taken = bytes
    bytes = []
    return taken
  }

  /// Writes `{…}` around what `body` writes.
  package mutating func object<E: Error>(_ body: (inout JSONWriter) throws(E) -> Void) throws(E) {
    open("{")
    try body(&self)
    close("}")
  }

  /// Writes `[…]` around what `body` writes.
  package mutating func array<E: Error>(_ body: (inout JSONWriter) throws(E) -> Void) throws(E) {
    open("[")
    try body(&self)
    close("]")
  }

  /// Writes a name; its value must follow.
  package mutating func key(_ name: String) {
    separate()
    quote(name)
    bytes.append(UInt8(ascii: ":"))
    if indentation > 0 { bytes.append(UInt8(ascii: " ")) }
    followsKey = true
  }

  /// Writes a string, or `null`.
  package mutating func value(_ text: String?) {
    separate()
    if let text { quote(text) } else { bytes.append(contentsOf: "null".utf8) }
    needsComma = true
  }

  /// Writes an integer.
  package mutating func value(_ number: some BinaryInteger) {
    separate()
    append(decimal: number)
    needsComma = true
  }

  /// Writes a number in its shortest exact form; infinities and NaN as `null`.
  package mutating func value(_ number: Double) {
    separate()
    if !number.isFinite {
      bytes.append(contentsOf: "null".utf8)
    } else if let whole = Int64(exactly: number), abs(number) < 9e15 {
      append(decimal: whole)
    } else {
      bytes.append(contentsOf: number.description.utf8)
    }
    needsComma = true
  }

  /// Writes `true` or `false`.
  package mutating func value(_ flag: Bool) {
    separate()
    bytes.append(contentsOf: (flag ? "true" : "false").utf8)
    needsComma = true
  }

  /// Writes `"name": value`.
  package mutating func member(_ name: String, _ text: String?) {
    key(name)
    value(text)
  }

  /// Writes `"name": value`.
  package mutating func member(_ name: String, _ number: some BinaryInteger) {
    key(name)
    value(number)
  }

  /// Writes `"name": value`; nil as `null`.
  package mutating func member(_ name: String, _ number: (some BinaryInteger)?) {
    key(name)
    if let number { value(number) } else { value(nil) }
  }

  /// Writes `"name": value`; nil as `null`.
  package mutating func member(_ name: String, _ number: (some BinaryFloatingPoint)?) {
    key(name)
    if let number { value(Double(number)) } else { value(nil) }
  }

  /// Writes `"name": value`.
  package mutating func member(_ name: String, _ number: Double) {
    key(name)
    value(number)
  }

  /// Writes `"name": value`.
  package mutating func member(_ name: String, _ flag: Bool) {
    key(name)
    value(flag)
  }

  /// Writes `"name": […]` with these strings.
  package mutating func member(_ name: String, _ texts: some Sequence<String>) {
    key(name)
    array { writer in
      for text in texts { writer.value(text) }
    }
  }

  /// Ends a document with a line break.
  package mutating func endLine() { bytes.append(UInt8(ascii: "\n")) }

  private mutating func open(_ bracket: Unicode.Scalar) {
    separate()
    bytes.append(UInt8(ascii: bracket))
    needsComma = false
    depth += 1
  }

  private mutating func close(_ bracket: Unicode.Scalar) {
    depth -= 1
    if needsComma { breakLine() }
    bytes.append(UInt8(ascii: bracket))
    needsComma = true
  }

  private mutating func separate() {
    if followsKey {
      followsKey = false
      return
    }
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    if depth > 0 { breakLine() }
  }

  private mutating func breakLine() {
    guard indentation > 0 else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * indentation))
  }

  private mutating func append(decimal number: some BinaryInteger) {
    // A string for each would be most of the cost of large documents.
    guard number.bitWidth <= 64 else { return bytes.append(contentsOf: String(number).utf8) }
    var magnitude = UInt64(truncatingIfNeeded: number)
    if number < 0 {
      bytes.append(UInt8(ascii: "-"))
      magnitude = 0 &- magnitude
    }
    var unit: UInt64 = 1
    while magnitude / unit >= 10 { unit *= 10 }
    while unit > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude / unit % 10))
      unit /= 10
    }
  }

  private mutating func quote(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0x0A: bytes.append(contentsOf: "\\n".utf8)
      case 0x0D: bytes.append(contentsOf: "\\r".utf8)
      case 0x09: bytes.append(contentsOf: "\\t".utf8)
      case 0..<0x20, 0x7F:
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(Self.hexadecimal(byte >> 4))
        bytes.append(Self.hexadecimal(byte & 15))
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func hexadecimal(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
  }
}
