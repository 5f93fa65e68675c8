import BinaryReading
import CDeflate
import CZstd
import ProfileModel

/// How a section's contents are stored (gABI, "Section Compression": `ch_type`).
enum CompressionMethod: UInt32 {
  /// A zlib stream (RFC 1950).
  case zlib = 1
  /// A Zstandard frame (RFC 8878).
  case zstd = 2

  /// The greatest ratio of bytes after and before; a larger claim is a lie.
  ///
  /// Deflate can't do better than 1,032 to 1 (zlib's technical notes); a Zstandard block of 128 KiB takes at least 4.
  var greatestRatio: UInt64 {
    switch self {
    case .zlib: 1_032
    case .zstd: 32_768
    }
  }

  /// Decompresses `stored[start...]`; false when the stream is damaged, or does not fill `output` exactly.
  func decompress(_ stored: [UInt8], from start: Int, into output: inout MutableRawSpan) -> Bool {
    guard start <= stored.count else { return false }
    // SAFETY: either library reads only the bytes stated and writes at most what `output` holds, during the call.
    return unsafe stored.withUnsafeBytes { input in
      unsafe output.withUnsafeMutableBytes { output in
        let source = unsafe UnsafeRawBufferPointer(rebasing: input[start...])
        switch self {
        case .zlib: return unsafe Self.inflate(source, into: output)
        case .zstd:
          let length = unsafe ZSTD_decompress(output.baseAddress, output.count, source.baseAddress, source.count)
          return length == output.count
        }
      }
    }
  }

  /// libdeflate takes half of zlib's time, and the files with debug information hold tens of megabytes.
  private static func inflate(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Bool {
    guard let decompressor = unsafe libdeflate_alloc_decompressor() else { return false }
    defer { unsafe libdeflate_free_decompressor(decompressor) }
    // Without a place for the length, only a stream that fills the output is a success.
    let result = unsafe libdeflate_zlib_decompress(
      decompressor, input.baseAddress, input.count, output.baseAddress, output.count, nil)
    return result == LIBDEFLATE_SUCCESS
  }
}

/// What precedes compressed contents: `Elf32_Chdr`, `Elf64_Chdr` (gABI, "Section Compression"), or in GNU's older `.zdebug_` sections
/// "ZLIB" and a big-endian size.
struct CompressionHeader {
  /// `ch_type`.
  var method: UInt32
  /// Bytes after decompression.
  var size: UInt64
  /// Bytes of the header itself.
  var length: Int

  init(_ bytes: RawSpan, isMarked: Bool, _ addressSize: AddressSize) throws(BinaryReadingError) {
    if isMarked, addressSize == .narrow {
      (method, size, length) = (try bytes.load(at: 0), try bytes.load(at: 4, addressSize), 12)
    } else if isMarked {
      (method, size, length) = (try bytes.load(at: 0), try bytes.load(at: 8), 24)
    } else {
      method = try bytes.load(at: 0, as: UInt32.self) == 0x4249_4C5A ? CompressionMethod.zlib.rawValue : 0
      size = try bytes.load(at: 4, as: UInt64.self).byteSwapped
      length = 12
    }
  }
}
