extension RawSpan {
  /// The little-endian integer at `offset`, which needs no alignment.
  @inlinable
  public func load<T: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: T.Type = T.self)
    throws(BinaryReadingError) -> T
  {
    guard offset >= 0, offset <= byteCount, byteCount - offset >= MemoryLayout<T>.size else {
      throw .truncated(offset: offset, count: MemoryLayout<T>.size, available: Swift.max(0, byteCount - offset))
    }
    // SAFETY: the guard above proves that the whole value lies inside this span.
    return T(littleEndian: unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: T.self))
  }

  /// The string that starts at `offset` and ends before the next zero byte; invalid UTF-8 is repaired.
  public func cString(at offset: Int) throws(BinaryReadingError) -> String {
    guard offset >= 0, offset < byteCount else {
      throw .truncated(offset: offset, count: 1, available: 0)
    }
    let text: String? = unsafe extracting(offset..<byteCount).withUnsafeBytes { buffer in
      guard let end = unsafe buffer.firstIndex(of: 0) else { return nil }
      return unsafe String(decoding: UnsafeRawBufferPointer(rebasing: buffer[..<end]), as: UTF8.self)
    }
    guard let text else { throw .unterminatedString(offset: offset) }
    return text
  }

  /// The string that starts at `offset`, up to a zero byte or `limit` bytes; nil outside of the bytes or without a zero.
  public func cString(at offset: Int, limit: Int) -> String? {
    guard offset >= 0, offset < byteCount else { return nil }
    let available = Swift.min(limit, byteCount - offset)
    return unsafe extracting(offset..<offset + available).withUnsafeBytes { buffer in
      let end = unsafe buffer.firstIndex(of: 0)
      guard let count = end ?? (available == limit ? limit : nil) else { return nil }
      return unsafe String(decoding: UnsafeRawBufferPointer(rebasing: buffer[..<count]), as: UTF8.self)
    }
  }

  /// The bytes from `offset` on, `count` of them.
  @_lifetime(copy self)
  public func slice(at offset: Int, count: Int) throws(BinaryReadingError) -> RawSpan {
    guard offset >= 0, count >= 0, offset <= byteCount, byteCount - offset >= count else {
      throw .truncated(offset: offset, count: count, available: Swift.max(0, byteCount - Swift.max(0, offset)))
    }
    return extracting(offset..<offset + count)
  }
}

extension [UInt8] {
  /// Adds the bytes of a view.
  public mutating func append(contentsOf bytes: RawSpan) {
    // SAFETY: the buffer is only read during the call, and its bytes are copied.
    unsafe bytes.withUnsafeBytes { unsafe append(contentsOf: $0) }
  }

  /// The array's bytes as a view that lives as long as the array.
  public var rawSpan: RawSpan {
    @_lifetime(borrow self)
    get {
      // SAFETY: `UInt8` has no padding and every bit pattern is a value; the span borrows the array.
      unsafe span.bytes
    }
  }
}
