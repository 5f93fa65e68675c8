import BinaryReading
import Glibc

/// A system call's failure.
package struct SystemCallError: Error, Hashable {
  /// Its `errno`.
  package var number: Int32

  /// A failure with this `errno`.
  package init(number: Int32) { self.number = number }
}

/// Reads files of `/proc` and `/sys`, which don't know their size before they are read.
package enum ProcFile {
  /// All bytes of the file, at most `limit`; throws the errno of a failed open or read.
  package static func read(_ path: String, limit: Int = 64 << 20) throws(SystemCallError) -> [UInt8] {
    let file = try open(path)
    var bytes: [UInt8] = []
    // The kernel prepares a page or more for each call, so that larger ones save calls only for long files.
    var buffer = [UInt8](repeating: 0, count: min(limit, 4096))
    while bytes.count < limit {
      let wanted = min(buffer.count, limit - bytes.count)
      // SAFETY: read writes at most `wanted` bytes, no more than the buffer holds.
      let got = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe Glibc.read(file.descriptor, bytes.baseAddress, wanted)
      }
      if got < 0 {
        if errno == EINTR { continue }
        throw SystemCallError(number: errno)
      }
      if got == 0 { break }
      bytes += buffer[..<got]
      if got == buffer.count, got < 256 << 10 { buffer = [UInt8](repeating: 0, count: got * 2) }
    }
    return bytes
  }

  private static func open(_ path: String) throws(SystemCallError) -> FileReader {
    do {
      return try FileReader(path: path)
    } catch {
      guard case .io(_, let number) = error else { throw SystemCallError(number: EIO) }
      throw SystemCallError(number: number)
    }
  }

  /// The file's text, repaired where it's no UTF-8, without blanks and line breaks at its end; nil when unreadable.
  package static func text(_ path: String) -> String? {
    guard var bytes = try? read(path, limit: 1 << 20) else { return nil }
    while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: " ") { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The number that the file holds, such as a sysctl's; nil when there is none.
  package static func number(_ path: String) -> Int? { text(path).flatMap { Int($0) } }

  /// The entries of a folder that are decimal numbers, ascending; throws the errno of a failed open.
  package static func numbers(in folder: String) throws(SystemCallError) -> [Int32] {
    try names(in: folder).compactMap { Int32($0) }.filter { $0 > 0 }.sorted()
  }

  /// The entries of a folder in the file system's order; throws the errno of a failed open.
  package static func names(in folder: String) throws(SystemCallError) -> [String] {
    // SAFETY: the path is terminated by the bridge; the stream is closed below on the only way out.
    guard let stream = unsafe opendir(folder) else { throw SystemCallError(number: errno) }
    var found: [String] = []
    // SAFETY: `stream` is open, and used by this thread only; the entry lives until the next call.
    while let entry = unsafe readdir(stream) {
      // SAFETY: `d_name` ends in a zero byte inside the entry.
      found.append(
        unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
          unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    // SAFETY: closed exactly once.
    unsafe closedir(stream)
    return found
  }
}
