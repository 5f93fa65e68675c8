/// Reads little-endian values one after the other from untrusted bytes; every read is checked first.
///
/// The cursor borrows its bytes, so it can't outlive them. After a thrown error the offset is where it was before.
public struct ByteCursor: ~Escapable {
  /// All bytes, from offset 0.
  public let bytes: RawSpan
  /// Where the next read starts; never more than `bytes.byteCount`.
  public private(set) var offset: Int

  /// A cursor over `bytes` that starts at its first byte.
  @_lifetime(copy bytes)
  public init(_ bytes: RawSpan) {
    self.bytes = bytes
    self.offset = 0
  }

  /// The number of bytes not yet read.
  public var remaining: Int { bytes.byteCount - offset }

  /// Whether everything was read.
  public var isAtEnd: Bool { offset == bytes.byteCount }

  /// Moves to an absolute offset, at most the end.
  @_lifetime(self: copy self)
  public mutating func seek(to newOffset: Int) throws(BinaryReadingError) {
    guard newOffset >= 0, newOffset <= bytes.byteCount else {
      throw .truncated(offset: newOffset, count: 0, available: bytes.byteCount)
    }
    offset = newOffset
  }

  /// Moves on by `count` bytes.
  @_lifetime(self: copy self)
  public mutating func skip(_ count: Int) throws(BinaryReadingError) {
    guard count >= 0, count <= remaining else {
      throw .truncated(offset: offset, count: count, available: remaining)
    }
    offset += count
  }

  /// Reads one little-endian integer.
  @inlinable
  @_lifetime(self: copy self)
  public mutating func read<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type = T.self) throws(BinaryReadingError)
    -> T
  {
    let value: T = try bytes.load(at: offset)
    advance(MemoryLayout<T>.size)
    return value
  }

  @usableFromInline
  @_lifetime(self: copy self)
  mutating func advance(_ count: Int) { offset += count }

  /// Reads an unsigned LEB128 number (DWARF 5, section 7.6).
  @_lifetime(self: copy self)
  public mutating func readULEB128() throws(BinaryReadingError) -> UInt64 {
    var result: UInt64 = 0
    var shift: UInt64 = 0
    var position = offset
    while true {
      let byte: UInt8 = try bytes.load(at: position)
      position += 1
      let bits = UInt64(byte & 0x7F)
      guard shift < 64, (bits << shift) >> shift == bits else {
        // Padding by zero bits is legal, however long; set bits past the 64th are not.
        guard bits == 0 else { throw .overlongNumber(offset: offset) }
        if byte & 0x80 == 0 { break }
        continue
      }
      result |= bits << shift
      shift += 7
      if byte & 0x80 == 0 { break }
    }
    offset = position
    return result
  }

  /// Reads a signed LEB128 number (DWARF 5, section 7.6); bits past the 64th are dropped.
  @_lifetime(self: copy self)
  public mutating func readSLEB128() throws(BinaryReadingError) -> Int64 {
    var result: UInt64 = 0
    var shift: UInt64 = 0
    var position = offset
    var byte: UInt8
    repeat {
      byte = try bytes.load(at: position)
      position += 1
      if shift < 64 { result |= UInt64(byte & 0x7F) << shift }
      shift &+= 7
    } while byte & 0x80 != 0
    if shift < 64, byte & 0x40 != 0 { result |= ~0 << shift }
    offset = position
    return Int64(bitPattern: result)
  }

  /// Reads up to and past a zero byte; invalid UTF-8 is repaired.
  @_lifetime(self: copy self)
  public mutating func readCString() throws(BinaryReadingError) -> String {
    let text = try bytes.cString(at: offset)
    var end = offset
    while try bytes.load(at: end, as: UInt8.self) != 0 { end += 1 }
    offset = end + 1
    return text
  }

  /// Takes the next `count` bytes as a view of their own.
  @_lifetime(copy self)
  public mutating func readBytes(_ count: Int) throws(BinaryReadingError) -> RawSpan {
    guard count >= 0, count <= remaining else {
      throw .truncated(offset: offset, count: count, available: remaining)
    }
    let slice = bytes.extracting(offset..<offset + count)
    offset += count
    return slice
  }
}
