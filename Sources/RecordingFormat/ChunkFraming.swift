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

  /// What follows at `offset`: a chunk's content and where the next one starts, or nil where the file was cut or is
  /// damaged.
  static func chunk(in bytes: RawSpan, at offset: Int) -> (plain: [UInt8], next: Int)? {
    do {
      let magic = try bytes.slice(at: offset, count: 4)
      for index in 0..<4 where try magic.load(at: index, as: UInt8.self) != chunkMagic[index] { return nil }
      let storedCount = Int(try bytes.load(at: offset + 4, as: UInt32.self))
      let plainCount = Int(try bytes.load(at: offset + 8, as: UInt32.self))
      let checksum: UInt32 = try bytes.load(at: offset + 12)
      guard plainCount <= RecordingChunk.largestBytes else { return nil }
      let stored = try bytes.slice(at: offset + headerBytes, count: storedCount)
      guard Compression.checksum(stored) == checksum, let plain = Compression.decompress(stored, count: plainCount)
      else {
        return nil
      }
      return (plain, offset + headerBytes + storedCount)
    } catch {
      return nil
    }
  }

  private static func littleEndian(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
  }
}
