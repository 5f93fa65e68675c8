import BinaryReading

/// Recordings taken apart and put together again, for fuzzing: checksums hide what is inside from any other change.
extension RecordingReader {
  /// The unpacked chunks up to the first that is cut or damaged.
  package static func plainChunks(_ bytes: [UInt8]) -> [[UInt8]] {
    var chunks: [[UInt8]] = []
    var offset = ChunkFraming.headerBytes
    while case .chunk(let plain, let next) = ChunkFraming.step(in: bytes.rawSpan, at: offset) {
      chunks.append(plain)
      offset = next
    }
    return chunks
  }

  /// A recording of these chunks.
  package static func file(ofPlainChunks chunks: [[UInt8]]) -> [UInt8] {
    ChunkFraming.fileHeader + chunks.flatMap { ChunkFraming.frame($0) }
  }
}
