import CZlib

/// The gzip format (RFC 1952), by zlib.
enum Gzip {
  /// `MAX_WBITS` with zlib's flag for gzip headers instead of its own.
  private static let windowBits: Int32 = 15 + 16
  private static let pieceSize = 1 << 18

  /// Compresses `bytes`; the header carries neither name nor time, so equal bytes come out equal.
  static func compress(_ bytes: [UInt8]) -> [UInt8]? {
    var stream = unsafe z_stream()
    // SAFETY: zlib initializes the zeroed stream that is passed; it lives until `deflateEnd`.
    guard
      unsafe deflateInit2_(
        &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
    // SAFETY: the stream was initialized above and is not used afterwards.
    defer { unsafe _ = deflateEnd(&stream) }
    var result: [UInt8] = []
    var offset = 0
    var status = Z_OK
    while status == Z_OK || status == Z_BUF_ERROR {
      let isLast = bytes.count - offset <= pieceSize
      let input = Array(bytes[offset..<min(bytes.count, offset + pieceSize)])
      let step = unsafe run(&stream, input, into: &result, limit: .max) { stream in
        // SAFETY: `run` set the stream's buffers, which live during the call.
        unsafe deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
      }
      status = step.status
      offset += step.consumed
      if step.consumed == 0, !isLast, step.produced == 0 { return nil }
    }
    return status == Z_STREAM_END ? result : nil
  }

  /// Decompresses one gzip stream or several in a row, as RFC 1952 allows, to at most `limit` bytes.
  static func decompress(_ bytes: [UInt8], limit: Int) throws(ProfileFormatError) -> [UInt8] {
    var result: [UInt8] = []
    var offset = 0
    repeat {
      try decompressMember(bytes, from: &offset, into: &result, limit: limit)
    } while bytes.count - offset >= 2 && bytes[offset] == 0x1F && bytes[offset + 1] == 0x8B
    return result
  }

  private static func decompressMember(
    _ bytes: [UInt8], from offset: inout Int, into result: inout [UInt8], limit: Int
  ) throws(ProfileFormatError) {
    var stream = unsafe z_stream()
    // SAFETY: zlib initializes the zeroed stream that is passed; it lives until `inflateEnd`.
    guard unsafe inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw .badCompression(offset: offset)
    }
    // SAFETY: the stream was initialized above and is not used afterwards.
    defer { unsafe _ = inflateEnd(&stream) }
    while true {
      let input = Array(bytes[offset..<min(bytes.count, offset + pieceSize)])
      let step = unsafe run(&stream, input, into: &result, limit: limit) { stream in
        // SAFETY: `run` set the stream's buffers, which live during the call.
        unsafe inflate(stream, Z_NO_FLUSH)
      }
      offset += step.consumed
      if step.status == Z_STREAM_END { return }
      guard step.status == Z_OK || step.status == Z_BUF_ERROR, step.consumed + step.produced > 0 else {
        if result.count >= limit { throw .decompressedTooLarge(limit: limit) }
        throw .badCompression(offset: offset)
      }
    }
  }

  /// One call of zlib with `input` and room for another piece of output.
  private static func run(
    _ stream: inout z_stream, _ input: [UInt8], into result: inout [UInt8], limit: Int,
    _ body: (UnsafeMutablePointer<z_stream>) -> Int32
  ) -> (status: Int32, consumed: Int, produced: Int) {
    var input = input
    var output = [UInt8](repeating: 0, count: max(0, min(pieceSize, limit - result.count)))
    let room = output.count
    var status = Z_OK
    // SAFETY: both buffers live until the closures return, and zlib is told their sizes; the stream's pointers to them
    // are replaced before zlib is called again.
    unsafe input.withUnsafeMutableBufferPointer { source in
      unsafe output.withUnsafeMutableBufferPointer { target in
        unsafe stream.next_in = source.baseAddress
        unsafe stream.avail_in = uInt(truncatingIfNeeded: source.count)
        unsafe stream.next_out = target.baseAddress
        unsafe stream.avail_out = uInt(truncatingIfNeeded: target.count)
        unsafe status = body(&stream)
      }
    }
    let consumed = unsafe input.count - Int(stream.avail_in)
    let produced = unsafe room - Int(stream.avail_out)
    result.append(contentsOf: output[..<produced])
    return (status, consumed, produced)
  }
}
