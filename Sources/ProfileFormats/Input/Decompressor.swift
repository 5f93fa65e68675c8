import CZlib
import CZstd

/// Unpacks gzip (RFC 1952) or Zstandard (RFC 8878) piece by piece, several streams in a row included.
public struct Decompressor: ~Copyable {
  /// How bytes are packed.
  public enum Compression: Hashable, Sendable {
    case gzip
    case zstandard

    /// Tells by the first bytes; nil for what isn't packed so.
    public init?(_ head: [UInt8]) {
      if head.starts(with: [0x1F, 0x8B]) {
        self = .gzip
      } else if head.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
        self = .zstandard
      } else {
        return nil
      }
    }
  }

  @safe private enum State {
    case zlib(UnsafeMutablePointer<z_stream>)
    case zstd(OpaquePointer)
  }

  private let state: State
  private var input: [UInt8] = []
  private var position = 0
  /// Bytes taken in before `input`.
  private var consumed = 0
  private var produced = 0
  /// Whether the last stream has ended, and none that followed has begun.
  private var isBetweenStreams = false
  private var isAtEnd = false
  private var mayHaveMore = false
  private let limit: Int

  /// `MAX_WBITS` with zlib's flag for gzip headers instead of its own.
  private static let windowBits: Int32 = 15 + 16
  private static let pieceBytes = 1 << 18

  /// Something that unpacks at most `limit` bytes; nil where there is no memory for it.
  public init?(_ compression: Compression, limit: Int = InputBudget.unpackedBytes) {
    self.limit = limit
    switch compression {
    case .gzip:
      let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
      // SAFETY: the memory was allocated for one stream; zlib demands a zeroed one, and that it never moves.
      unsafe stream.initialize(to: z_stream())
      guard unsafe inflateInit2_(stream, Self.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
      else {
        unsafe stream.deallocate()
        return nil
      }
      state = unsafe .zlib(stream)
    case .zstandard:
      guard let stream = unsafe ZSTD_createDStream() else { return nil }
      // Windows of more than 128 MB are refused, as by the command-line tool.
      unsafe _ = ZSTD_initDStream(stream)
      state = unsafe .zstd(stream)
    }
  }

  deinit {
    switch state {
    case .zlib(let stream):
      // SAFETY: allocated and initialized by `init`, released only here.
      unsafe _ = inflateEnd(stream)
      unsafe stream.deallocate()
    case .zstd(let stream):
      // SAFETY: made by `init`, released only here.
      unsafe _ = ZSTD_freeDStream(stream)
    }
  }

  /// The next bytes, at most a quarter of a megabyte; nil when all that was offered is used up, or belongs to nothing.
  ///
  /// - Parameter piece: Packed bytes to go on with, which are taken; nil to go on with those taken before.
  public mutating func next(offering piece: inout [UInt8]?) throws(ProfileFormatError) -> [UInt8]? {
    if let piece = piece.take() {
      consumed += input.count
      input = piece
      position = 0
    }
    while !isAtEnd, position < input.count || mayHaveMore {
      if isBetweenStreams, !restart() {
        // What follows the last stream belongs to nothing, as gzip sees it, too.
        isAtEnd = true
        return nil
      }
      var output = [UInt8](repeating: 0, count: min(Self.pieceBytes, limit - produced + 1))
      let (step, isEnd) = try run(&output)
      isBetweenStreams = isEnd
      produced += step
      // Output that is full may have left more inside.
      mayHaveMore = step == output.count && !isEnd
      guard produced <= limit else { throw .decompressedTooLarge(limit: limit) }
      if step > 0 {
        output.removeSubrange(step...)
        return output
      }
    }
    return nil
  }

  /// Ends the input; a stream that was cut off has lost what followed.
  public func finish() throws(ProfileFormatError) {
    guard isBetweenStreams || isAtEnd else { throw .badCompression(offset: consumed + input.count) }
  }

  /// Begins another stream if one follows.
  private mutating func restart() -> Bool {
    isBetweenStreams = false
    switch state {
    case .zlib(let stream):
      guard input[position] == 0x1F else { return false }
      // SAFETY: the stream lives as long as this value.
      return unsafe inflateReset(stream) == Z_OK
    case .zstd(let stream):
      // SAFETY: the same. Skippable frames (section 3.1.2) count.
      unsafe _ = ZSTD_initDStream(stream)
      return input[position] == 0x28 || input[position] & 0xF0 == 0x50
    }
  }

  /// One call; how many bytes came out, and whether a stream ended.
  private mutating func run(_ output: inout [UInt8]) throws(ProfileFormatError) -> (produced: Int, isEnd: Bool) {
    var taken = 0
    var given = 0
    var isEnd = false
    var isBad = false
    let offset = position
    // SAFETY: both buffers live until the closures return, the library is told their sizes from `offset` on, and the
    // pointers that it keeps are replaced before it is called again.
    unsafe input.withUnsafeMutableBufferPointer { source in
      unsafe output.withUnsafeMutableBufferPointer { target in
        switch state {
        case .zlib(let stream):
          unsafe stream.pointee.next_in = source.baseAddress?.advanced(by: offset)
          unsafe stream.pointee.avail_in = uInt(truncatingIfNeeded: source.count - offset)
          unsafe stream.pointee.next_out = target.baseAddress
          unsafe stream.pointee.avail_out = uInt(truncatingIfNeeded: target.count)
          let status = unsafe inflate(stream, Z_NO_FLUSH)
          taken = unsafe source.count - offset - Int(stream.pointee.avail_in)
          given = unsafe target.count - Int(stream.pointee.avail_out)
          isEnd = status == Z_STREAM_END
          isBad = !isEnd && status != Z_OK && status != Z_BUF_ERROR
        case .zstd(let stream):
          var from = unsafe ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: offset)
          var to = unsafe ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
          let status = unsafe ZSTD_decompressStream(stream, &to, &from)
          taken = unsafe from.pos - offset
          given = unsafe to.pos
          isEnd = status == 0
          isBad = ZSTD_isError(status) != 0
        }
      }
    }
    position += taken
    guard !isBad else { throw .badCompression(offset: consumed + position) }
    guard taken + given > 0 || isEnd || mayHaveMore else { throw .badCompression(offset: consumed + position) }
    return (given, isEnd)
  }
}
