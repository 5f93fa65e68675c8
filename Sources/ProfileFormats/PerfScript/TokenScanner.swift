import BinaryReading

/// Finds the parts of a line that blanks separate.
struct TokenScanner: ~Escapable {
  private let line: RawSpan
  /// Where the next search starts.
  private(set) var offset: Int

  @_lifetime(copy line)
  init(_ line: RawSpan, from offset: Int = 0) {
    self.line = line
    self.offset = offset
  }

  /// The next part; nil at the line's end.
  @_lifetime(self: copy self)
  mutating func next() -> Range<Int>? {
    while offset < line.byteCount, Self.isBlank(line.byte(at: offset)) { offset += 1 }
    guard offset < line.byteCount else { return nil }
    let start = offset
    while offset < line.byteCount, !Self.isBlank(line.byte(at: offset)) { offset += 1 }
    return start..<offset
  }

  /// Whether `byte` separates parts of a line.
  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}

extension RawSpan {
  /// The decimal digits in `range` as a number; nil where there is anything else, or none.
  func decimal(in range: Range<Int>) -> UInt64? {
    guard !range.isEmpty else { return nil }
    var value: UInt64 = 0
    for offset in range {
      let byte = byte(at: offset)
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
      guard !overflow, !carry else { return nil }
      value = sum
    }
    return value
  }

  /// The hexadecimal digits in `range` as a number; nil where there is anything else, none, or more than 16.
  func hexadecimal(in range: Range<Int>) -> UInt64? {
    guard (1...16).contains(range.count) else { return nil }
    var value: UInt64 = 0
    for offset in range {
      let digit: UInt8
      switch byte(at: offset) {
      case let byte where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte): digit = byte - UInt8(ascii: "0")
      case let byte where (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte): digit = byte - UInt8(ascii: "a") + 10
      case let byte where (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      value = value << 4 | UInt64(digit)
    }
    return value
  }

  /// Where `text` begins first in `range`.
  func firstRange(of text: StaticString, in range: Range<Int>) -> Range<Int>? {
    let length = text.utf8CodeUnitCount
    guard length > 0 else { return nil }
    // SAFETY: a static string of at least one code unit has a first one.
    let first = unsafe text.utf8Start.pointee
    var start = range.lowerBound
    while range.upperBound - start >= length, let found = firstIndex(of: first, in: start..<range.upperBound) {
      guard range.upperBound - found >= length else { return nil }
      if extracting(found..<found + length).equals(text) { return found..<found + length }
      start = found + 1
    }
    return nil
  }
}
