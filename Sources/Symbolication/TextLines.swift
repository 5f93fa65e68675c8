import Glibc

/// Reads a file from its start to its end, line by line, holding one piece at a time; also files without a size, as in
/// `/proc`.
struct TextLines: ~Copyable {
  private let descriptor: Int32
  /// Bytes of a line; the rest of longer ones is dropped.
  static let lineLimit = 1 << 17

  /// Opens `path`; nil and `errno` when that fails.
  init?(path: String) {
    // SAFETY: the path is a Swift string, which the bridge terminates for the call.
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
  }

  deinit { close(descriptor) }

  /// The user who owns the file.
  var owner: UInt32? {
    var status = stat()
    // SAFETY: `status` is written only during the call.
    return unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? status.st_uid : nil
  }

  /// Calls `body` with each line, without its end.
  func forEach(_ body: (borrowing Span<UInt8>) -> Void) {
    forEachUntil { line in
      body(line)
      return true
    }
  }

  /// Calls `body` with each line, without its end, until it returns false.
  func forEachUntil(_ body: (borrowing Span<UInt8>) -> Bool) {
    var buffer: [UInt8] = []
    let pieceSize = 1 << 17
    var isSkipping = false
    while true {
      let kept = buffer.count
      buffer += [UInt8](repeating: 0, count: pieceSize)
      // SAFETY: read writes at most the bytes that were just appended.
      let got = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe read(descriptor, bytes.baseAddress?.advanced(by: kept), pieceSize)
      }
      buffer.removeLast(pieceSize - max(got, 0))
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { break }
      var start = 0
      while let end = Self.lineEnd(buffer, from: max(start, start == 0 ? kept : start)) {
        if !isSkipping, !body(buffer.span.extracting(start..<end)) { return }
        isSkipping = false
        start = end + 1
      }
      buffer.removeFirst(start)
      if buffer.count > Self.lineLimit {
        if !isSkipping, !body(buffer.span) { return }
        isSkipping = true
        buffer.removeAll()
      }
    }
    if !isSkipping, !buffer.isEmpty { _ = body(buffer.span) }
  }

  private static func lineEnd(_ buffer: [UInt8], from start: Int) -> Int? {
    // SAFETY: memchr reads from `start` to the end of the buffer.
    unsafe buffer.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress, start < bytes.count,
        let found = unsafe memchr(base.advanced(by: start), 0x0A, bytes.count - start)
      else { return nil }
      return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }
  }
}

extension Span<UInt8> {
  /// Reads hexadecimal digits from `position` on and moves past them; nil for none or too many.
  func hexadecimal(at position: inout Int) -> UInt64? {
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

  /// The text from `position` to the end or to the next byte that is `end`.
  func text(at position: Int, until end: UInt8? = nil) -> String {
    var bytes: [UInt8] = []
    var index = position
    while index < count, self[index] != end {
      bytes.append(self[index])
      index += 1
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
