import BinaryReading

/// Parts of a file that was put together from elsewhere; the rest of it is not to be had.
struct FilePieces: Sendable {
  /// Bytes of the whole file.
  private(set) var size: UInt64 = 0
  private var pieces: [(offset: UInt64, bytes: [UInt8])] = []

  /// Bytes that are held in all.
  var heldBytes: UInt64 { pieces.reduce(0) { $0 + UInt64($1.bytes.count) } }

  /// Adds a part; of parts that overlap, the first counts.
  mutating func add(_ bytes: [UInt8], at offset: UInt64) {
    let (end, overflow) = offset.addingReportingOverflow(UInt64(bytes.count))
    guard !overflow, !bytes.isEmpty else { return }
    pieces.append((offset, bytes))
    size = max(size, end)
  }

  /// Changes bytes of the first part, which holds the file's header.
  mutating func patchHeader(at offset: Int, with bytes: [UInt8]) {
    guard !pieces.isEmpty, pieces[0].offset == 0, offset + bytes.count <= pieces[0].bytes.count else { return }
    pieces[0].bytes.replaceSubrange(offset..<offset + bytes.count, with: bytes)
  }

  /// Bytes at `offset` that one part holds.
  func available(at offset: UInt64) -> UInt64 {
    pieces.reduce(0) { most, piece in
      guard offset >= piece.offset, offset - piece.offset <= UInt64(piece.bytes.count) else { return most }
      return max(most, UInt64(piece.bytes.count) - (offset - piece.offset))
    }
  }

  /// Exactly `count` bytes at `offset`, out of one part.
  func read(at offset: UInt64, count: UInt64) throws(BinaryReadingError) -> [UInt8] {
    for piece in pieces where offset >= piece.offset {
      let skipped = offset - piece.offset
      guard skipped <= UInt64(piece.bytes.count), count <= UInt64(piece.bytes.count) - skipped else { continue }
      return Array(piece.bytes[Int(skipped)..<Int(skipped + count)])
    }
    throw .truncated(offset: Int(clamping: offset), count: Int(clamping: count), available: 0)
  }
}
