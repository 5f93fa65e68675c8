import CDeflate

/// The zlib format (RFC 1950), which browsers call `deflate`, by libdeflate.
enum Deflate {
  /// A tenth larger than the best at a fifth of the time.
  private static let level: Int32 = 6

  /// Compresses some bytes, equal ones into equal ones; nil where memory is short.
  static func compress(_ bytes: [UInt8]) -> [UInt8]? {
    guard let compressor = unsafe libdeflate_alloc_compressor(level) else { return nil }
    // SAFETY: the compressor was made above and is used in this function alone.
    defer { unsafe libdeflate_free_compressor(compressor) }
    let bound = unsafe libdeflate_zlib_compress_bound(compressor, bytes.count)
    // SAFETY: at most `bound` bytes, the buffer's capacity, are written, and only `input` is read.
    let packed = unsafe [UInt8](unsafeUninitializedCapacity: bound) { output, filled in
      filled = unsafe bytes.withUnsafeBytes { input in
        unsafe libdeflate_zlib_compress(compressor, input.baseAddress, input.count, output.baseAddress, bound)
      }
    }
    return packed.isEmpty ? nil : packed
  }
}
