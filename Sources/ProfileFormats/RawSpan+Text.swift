import BinaryReading

extension RawSpan {
  /// The byte at `offset`, which must lie inside.
  @inline(__always)
  func byte(at offset: Int) -> UInt8 {
    precondition(offset >= 0 && offset < byteCount)
    // SAFETY: the precondition proves that the byte lies inside this span.
    return unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
  }

  /// Eight bytes from `offset` on, the first in the lowest bits; all must lie inside.
  @inline(__always)
  func word(at offset: Int) -> UInt64 {
    precondition(offset >= 0 && byteCount - offset >= 8)
    // SAFETY: the precondition proves that all eight bytes lie inside this span.
    return UInt64(littleEndian: unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
  }

  /// The first place in `range` that holds `wanted`; eight bytes are looked at together.
  func firstIndex(of wanted: UInt8, in range: Range<Int>) -> Int? {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let pattern = ones &* UInt64(wanted)
    var offset = range.lowerBound
    while range.upperBound - offset >= 8 {
      let difference = word(at: offset) ^ pattern
      // The lowest set bit marks the first zero byte of `difference` (Warren, Hacker's Delight, section 6-1).
      let zeros = (difference &- ones) & ~difference & (ones << 7)
      if zeros != 0 { return offset + zeros.trailingZeroBitCount / 8 }
      offset += 8
    }
    while offset < range.upperBound {
      if byte(at: offset) == wanted { return offset }
      offset += 1
    }
    return nil
  }

  /// How many bytes from the start are the same in both.
  func commonPrefixLength(with other: RawSpan) -> Int {
    let limit = Swift.min(byteCount, other.byteCount)
    var offset = 0
    while limit - offset >= 8 {
      let difference = word(at: offset) ^ other.word(at: offset)
      if difference != 0 { return offset + difference.trailingZeroBitCount / 8 }
      offset += 8
    }
    while offset < limit, byte(at: offset) == other.byte(at: offset) { offset += 1 }
    return offset
  }

  /// The line without the carriage return that files from elsewhere end lines with.
  @_lifetime(copy self)
  func trimmingCarriageReturn() -> RawSpan {
    byteCount > 0 && byte(at: byteCount - 1) == 0x0D ? extracting(0..<byteCount - 1) : self
  }

  /// Whether these are the bytes of `text`.
  func equals(_ text: StaticString) -> Bool {
    guard text.utf8CodeUnitCount == byteCount else { return false }
    return unsafe withUnsafeBytes { bytes in
      // SAFETY: a static string is at least `utf8CodeUnitCount` bytes of constant memory.
      unsafe bytes.elementsEqual(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
  }

  /// The bytes as text; invalid UTF-8 is repaired.
  func text() -> String {
    // SAFETY: the buffer is only read during the call.
    unsafe withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }

  /// The bytes as an array of their own.
  func copy() -> [UInt8] {
    // SAFETY: the buffer is only read during the call.
    unsafe withUnsafeBytes { unsafe [UInt8]($0) }
  }
}
