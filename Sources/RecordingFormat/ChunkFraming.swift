import BinaryReading

/// The bytes around chunks; `recording.proto` in `RecordingSchema` draws them.
enum ChunkFraming {
  static let fileMagic: [UInt8] = Array("PERFPROF".utf8)
  static let chunkMagic: [UInt8] = Array("CHNK".utf8)
  static let version: UInt32 = 1
  /// Of a recording with value types, whose samples an older reader would take for CPU time.
  static let versionWithValueTypes: UInt32 = 2
  static let headerBytes = 16

  /// The first 16 bytes of a recording.
  static var fileHeader: [UInt8] { fileHeader(version: version) }
  static func fileHeader(version: UInt32) -> [UInt8] { fileMagic + littleEndian(version) + littleEndian(0) }

  /// A chunk with its header; `plain` is at most `RecordingChunk.largestBytes` long.
  static func frame(_ plain: [UInt8]) -> [UInt8] {
    let stored = Compression.compress(plain)
    return chunkMagic + littleEndian(UInt32(truncatingIfNeeded: stored.count))
      + littleEndian(UInt32(truncatingIfNeeded: plain.count)) + littleEndian(Compression.checksum(stored)) + stored
  }

  /// What follows at an offset.
  enum Step {
    /// A chunk's content, and where the next one starts.
    case chunk(plain: [UInt8], next: Int)
    /// Part of a chunk, or nothing: the file was cut, or the rest has not come yet.
    case incomplete
    /// No chunk.
    case damaged
  }

  /// What follows at `offset`.
  static func step(in bytes: RawSpan, at offset: Int) -> Step {
    do {
      for index in 0..<min(4, bytes.byteCount - offset)
      where try bytes.load(at: offset + index, as: UInt8.self) != chunkMagic[index] { return .damaged }
      guard bytes.byteCount - offset >= headerBytes else { return .incomplete }
      let storedCount = Int(try bytes.load(at: offset + 4, as: UInt32.self))
      let plainCount = Int(try bytes.load(at: offset + 8, as: UInt32.self))
      let checksum: UInt32 = try bytes.load(at: offset + 12)
      // What can't be compressed grows by less than that: a larger claim would only be waited for.
      guard plainCount <= RecordingChunk.largestBytes, storedCount <= plainCount + plainCount >> 7 + 1024 else {
        return .damaged
      }
      guard storedCount <= bytes.byteCount - offset - headerBytes else { return .incomplete }
      let stored = try bytes.slice(at: offset + headerBytes, count: storedCount)
      guard Compression.checksum(stored) == checksum, let plain = Compression.decompress(stored, count: plainCount)
      else { return .damaged }
      return .chunk(plain: plain, next: offset + headerBytes + storedCount)
    } catch {
      return .damaged
    }
  }

  /// How many bytes the chunk at `offset` takes, as its header says; nil where that is not all there.
  static func size(in bytes: RawSpan, at offset: Int) -> Int? {
    guard bytes.byteCount - offset >= headerBytes else { return nil }
    return (try? bytes.load(at: offset + 4, as: UInt32.self)).map { headerBytes + Int($0) }
  }

  private static func littleEndian(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
  }
}
