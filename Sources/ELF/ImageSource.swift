import BinaryReading

/// Where an image's bytes come from.
enum ImageSource: Sendable {
  /// A file, and its size when it was opened.
  case file(SharedFile, size: UInt64)
  /// Bytes that are at hand.
  case bytes([UInt8])
  /// Some parts of a file, and how long it would be.
  case pieces(FilePieces)

  /// Bytes in all.
  var size: UInt64 {
    switch self {
    case .file(_, let size): size
    case .bytes(let bytes): UInt64(bytes.count)
    case .pieces(let pieces): pieces.size
    }
  }

  /// Bytes that can be read at `offset` in one go.
  func available(at offset: UInt64) -> UInt64 {
    if case .pieces(let pieces) = self { return pieces.available(at: offset) }
    return size - min(size, offset)
  }

  /// Reads exactly `count` bytes at `offset`; lengths past the end are refused before memory is taken.
  func read(at offset: UInt64, count: UInt64, path: String) throws(ELFError) -> [UInt8] {
    do throws(BinaryReadingError) {
      switch self {
      case .file(let file, _):
        return try file.read(at: offset, count: count)
      case .bytes(let bytes):
        let available = UInt64(bytes.count)
        guard offset <= available, count <= available - offset, let start = Int(exactly: offset),
          let length = Int(exactly: count)
        else {
          throw .truncated(
            offset: Int(clamping: offset), count: Int(clamping: count),
            available: Int(clamping: available - min(available, offset)))
        }
        return Array(bytes[start..<start + length])
      case .pieces(let pieces):
        return try pieces.read(at: offset, count: count)
      }
    } catch { throw .reading(path: path, error) }
  }
}
