import CLzma
import ELF

/// The `.gnu_debugdata` section: an ELF image with the names of local functions, compressed with xz.
///
/// GDB's manual, "MiniDebugInfo". It leaves out what `.dynsym` has.
enum MiniDebugInfo {
  /// Bytes after decompression, and of memory for it.
  private static let limit = 256 << 20

  /// The image inside; nil when there is none or it is damaged.
  static func image(in image: ELFImage) -> ELFImage? {
    guard let section = image.section(named: ".gnu_debugdata"), section.size < UInt64(limit),
      let stored = try? image.contents(of: section), let bytes = decompress(stored)
    else { return nil }
    return try? ELFImage(bytes: bytes, path: image.path)
  }

  static func decompress(_ stored: [UInt8]) -> [UInt8]? {
    var stream = unsafe lzma_stream()
    // SAFETY: all zeros is liblzma's LZMA_STREAM_INIT.
    guard unsafe lzma_stream_decoder(&stream, UInt64(limit), 0) == LZMA_OK else { return nil }
    defer { unsafe lzma_end(&stream) }
    var output: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 18)
    return unsafe stored.withUnsafeBufferPointer { input -> [UInt8]? in
      unsafe stream.next_in = input.baseAddress
      unsafe stream.avail_in = input.count
      while true {
        // SAFETY: input and output outlive the call, and the stream is told their sizes.
        let (status, wrote) = unsafe piece.withUnsafeMutableBufferPointer { buffer in
          unsafe stream.next_out = buffer.baseAddress
          unsafe stream.avail_out = buffer.count
          let status = unsafe lzma_code(&stream, LZMA_FINISH)
          return unsafe (status, buffer.count - stream.avail_out)
        }
        output += piece.prefix(wrote)
        if status == LZMA_STREAM_END { return output }
        let inputLeft = unsafe stream.avail_in
        guard status == LZMA_OK, wrote > 0 || inputLeft > 0, output.count <= limit else { return nil }
      }
    }
  }
}
