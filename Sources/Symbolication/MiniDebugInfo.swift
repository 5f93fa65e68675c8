import CLzma
import ELF

/// The `.gnu_debugdata` section: an ELF image with the names of local functions, compressed with xz.
///
/// GDB's manual, "MiniDebugInfo". It leaves out what `.dynsym` has.
enum MiniDebugInfo {
  /// Bytes after decompression, and of memory for it: true ones take a few megabytes.
  private static let limit = 128 << 20

  /// Why the section gives no names.
  enum Damage: Error {
    /// The ELF file around or inside it says why.
    case unreadable(ELFError)
    /// No xz stream, or one that is damaged or gives more than is held.
    case notDecompressed
  }

  /// The image inside; nil when there is none.
  static func image(in image: ELFImage) throws(Damage) -> ELFImage? {
    guard let section = image.section(named: ".gnu_debugdata"), section.hasContents else { return nil }
    let stored: [UInt8]
    do throws(ELFError) {
      stored = try image.contents(of: section, limit: UInt64(limit))
    } catch { throw .unreadable(error) }
    guard let bytes = decompress(stored) else { throw .notDecompressed }
    do throws(ELFError) { return try ELFImage(bytes: bytes, path: image.path) } catch { throw .unreadable(error) }
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
        guard output.count <= limit else { return nil }
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
        guard status == LZMA_OK, wrote > 0 || inputLeft > 0 else { return nil }
      }
    }
  }
}
