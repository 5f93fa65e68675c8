import Glibc

/// Reads a file from its start to its end, line by line, holding one piece at a time; also files without a size, as in
/// `/proc`.
package struct TextLines: ~Copyable {
  private let file: FileReader
  /// Bytes of a line; the rest of longer ones is dropped.
  package static let lineLimit = 1 << 17
  /// Bytes of a file that are read; a file with holes may be longer than any disk.
  package static let fileLimit = 4 << 30

  /// Opens `path`; nil when that fails.
  package init?(path: String) {
    guard let file = try? FileReader(path: path) else { return nil }
    self.file = file
  }

  /// Reads an open file.
  package init(file: consuming FileReader) { self.file = file }

  /// The user who owns the file; nil for what is no ordinary file.
  package var owner: UInt32? {
    guard let status = try? file.status(), status.isRegularFile else { return nil }
    return status.owner
  }

  /// Calls `body` with each line, without its end; false when the file is too long to be read to its end.
  @discardableResult
  package func forEach(_ body: (borrowing Span<UInt8>) -> Void) -> Bool {
    forEachUntil { line in
      body(line)
      return true
    }
  }

  /// Calls `body` with each line, without its end, until it returns false; false when the file is too long to be read to
  /// its end.
  @discardableResult
  package func forEachUntil(_ body: (borrowing Span<UInt8>) -> Bool) -> Bool {
    var rest = Self.fileLimit
    // One buffer for all pieces: files in `/proc` come a page at a time.
    var buffer = [UInt8](repeating: 0, count: Self.lineLimit + (1 << 16))
    var kept = 0
    var isSkipping = false
    while true {
      // SAFETY: read writes at most the bytes behind those that are kept, which never fill the buffer.
      let got = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe read(file.descriptor, bytes.baseAddress?.advanced(by: kept), bytes.count - kept)
      }
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { break }
      rest -= got
      guard rest >= 0 else { return false }
      let filled = kept + got
      var (start, searched) = (0, kept)
      while let end = Self.lineEnd(buffer, in: searched..<filled) {
        if !isSkipping, !body(buffer.span.extracting(start..<end)) { return true }
        isSkipping = false
        start = end + 1
        searched = start
      }
      kept = filled - start
      if kept > Self.lineLimit {
        if !isSkipping, !body(buffer.span.extracting(start..<filled)) { return true }
        isSkipping = true
        kept = 0
      } else if start > 0 {
        // SAFETY: both ranges lie inside the buffer; memmove allows them to overlap.
        unsafe buffer.withUnsafeMutableBytes { bytes in
          if let base = bytes.baseAddress { unsafe memmove(base, base + start, kept) }
        }
      }
    }
    if !isSkipping, kept > 0 { _ = body(buffer.span.extracting(0..<kept)) }
    return true
  }

  private static func lineEnd(_ buffer: [UInt8], in range: Range<Int>) -> Int? {
    // SAFETY: memchr reads the range, which lies inside the buffer.
    unsafe buffer.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress, !range.isEmpty,
        let found = unsafe memchr(base.advanced(by: range.lowerBound), 0x0A, range.count)
      else { return nil }
      return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }
  }
}

extension Span<UInt8> {
  /// Reads hexadecimal digits from `position` on and moves past them; nil for none or too many.
  package func hexadecimal(at position: inout Int) -> UInt64? {
    var value: UInt64 = 0
    let start = position
    while position < count {
      let byte = self[position]
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte - 0x30
      case 0x61...0x66: digit = byte - 0x61 + 10
      case 0x41...0x46: digit = byte - 0x41 + 10
      default: return position > start ? value : nil
      }
      guard value >> 60 == 0 else { return nil }
      value = value << 4 | UInt64(digit)
      position += 1
    }
    return position > start ? value : nil
  }

  /// The text from `position` to the end or to the next byte that is `end`, `limit` bytes of it at most.
  package func text(at position: Int, until end: UInt8? = nil, limit: Int = .max) -> String {
    var bytes: [UInt8] = []
    var index = position
    while index < count, self[index] != end, bytes.count < limit {
      bytes.append(self[index])
      index += 1
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
