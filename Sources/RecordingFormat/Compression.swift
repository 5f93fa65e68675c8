import BinaryReading
import CZlib
import CZstd

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
