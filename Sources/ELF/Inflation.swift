import CZlib
import CZstd

/// Decompression of zlib and Zstandard streams of known length.
enum Inflation {
  /// Inflates `stored[start...]` into exactly `size` bytes; nil when the stream is damaged or holds more or less.
  static func inflate(_ stored: [UInt8], from start: Int, to size: Int) -> [UInt8]? {
    guard start <= stored.count else { return nil }
    var isComplete = false
    // SAFETY: zlib writes at most `length` bytes into `output`, whose capacity that is, and reads at most
    // `stored.count - start` bytes from `start`; both pointers are used only during the call.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: max(size, 1)) { output, filled in
      var length = uLongf(size)
      var consumed = uLong(stored.count - start)
      let result = unsafe stored.withUnsafeBufferPointer { input -> Int32 in
        guard let from = input.baseAddress, let to = output.baseAddress else { return Z_DATA_ERROR }
        return unsafe uncompress2(to, &length, from + start, &consumed)
      }
      isComplete = result == Z_OK && Int(length) == size
      filled = isComplete ? size : 0
    }
    return isComplete ? bytes : nil
  }

  /// The same for Zstandard (RFC 8878), which writes `ELFCOMPRESS_ZSTD`.
  static func unpack(_ stored: [UInt8], from start: Int, to size: Int) -> [UInt8]? {
    guard start <= stored.count else { return nil }
    var isComplete = false
    // SAFETY: zstd writes at most `size` bytes into `output`, whose capacity that is, and reads at most
    // `stored.count - start` bytes from `start`; both pointers are used only during the call.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: max(size, 1)) { output, filled in
      let result = unsafe stored.withUnsafeBytes { input -> Int in
        guard let from = input.baseAddress, let to = output.baseAddress else { return -1 }
        let result = unsafe ZSTD_decompress(to, size, from + start, stored.count - start)
        return ZSTD_isError(result) == 0 ? Int(clamping: result) : -1
      }
      isComplete = result == size
      filled = isComplete ? size : 0
    }
    return isComplete ? bytes : nil
  }
}
