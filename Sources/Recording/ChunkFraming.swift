import BinaryReading
import CZlib
import CZstd

/// The bytes around chunks; `Schema/recording.proto` draws them.
enum ChunkFraming {
  static let fileMagic: [UInt8] = Array("PERFPROF".utf8)
  static let chunkMagic: [UInt8] = Array("CHNK".utf8)
  static let version: UInt32 = 1
  /// Of a recording with value types, whose samples an older reader would take for CPU time.
  static let versionWithValueTypes: UInt32 = 2
  static let headerBytes = 16
  /// No chunk is larger when unpacked; a larger claim is damage.
  static let largestPlainChunk = 1 << 28

  /// The first 16 bytes of a recording.
  static var fileHeader: [UInt8] { fileHeader(version: version) }
  static func fileHeader(version: UInt32) -> [UInt8] { fileMagic + littleEndian(version) + littleEndian(0) }

  /// A chunk with its header; `plain` is at most `largestPlainChunk` long.
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
      guard plainCount <= largestPlainChunk else { return nil }
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

/// Zstandard frames (RFC 8878) of known length, and the CRC-32 of zlib.
enum Compression {
  /// Half the time of level 3, which makes recordings 4 % smaller.
  private static let level: Int32 = 1

  static func compress(_ plain: [UInt8]) -> [UInt8] {
    let bound = ZSTD_compressBound(plain.count)
    // SAFETY: at most `bound`, the buffer's capacity, is written; an error code is larger than any size.
    return unsafe [UInt8](unsafeUninitializedCapacity: bound) { output, filled in
      let length = unsafe plain.withUnsafeBytes { input in
        unsafe ZSTD_compress(output.baseAddress, bound, input.baseAddress, input.count, level)
      }
      filled = ZSTD_isError(length) == 0 ? length : 0
    }
  }

  /// The unpacked bytes; nil unless there are exactly `count`.
  static func decompress(_ stored: RawSpan, count: Int) -> [UInt8]? {
    var complete = false
    // SAFETY: at most `count` bytes, within the buffer's capacity, are written, and only `input` is read.
    let plain = unsafe [UInt8](unsafeUninitializedCapacity: max(1, count)) { output, filled in
      let length = unsafe stored.withUnsafeBytes { input in
        unsafe ZSTD_decompress(output.baseAddress, count, input.baseAddress, input.count)
      }
      complete = ZSTD_isError(length) == 0 && length == count
      filled = complete ? count : 0
    }
    return complete ? plain : nil
  }

  static func checksum(_ bytes: RawSpan) -> UInt32 {
    // SAFETY: zlib reads `input` and nothing else.
    unsafe bytes.withUnsafeBytes { input in
      UInt32(
        truncatingIfNeeded: unsafe crc32(
          0, input.baseAddress?.assumingMemoryBound(to: UInt8.self), uInt(truncatingIfNeeded: input.count)))
    }
  }

  static func checksum(_ bytes: [UInt8]) -> UInt32 { checksum(bytes.rawSpan) }
}
