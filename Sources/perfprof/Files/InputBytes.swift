import ProfileFormats

/// The content of a file or of standard input: unpacked where it is compressed, and text as UTF-8.
struct InputBytes: ~Copyable {
  private let path: String
  private var stream: InputStream
  private var isBegun = false
  private var decompressor: Decompressor?
  private var encoding: TextEncoding?
  /// What was read to tell how it is packed, and what was unpacked to tell its encoding.
  private var firstPacked: [UInt8]?
  private var first: [UInt8]?

  /// Bytes in the file; 0 where that is not known, or where they are packed.
  var size: Int { decompressor == nil ? stream.size : 0 }

  /// Opens `path`; `-` is standard input.
  init(path: String) throws(Failure) {
    self.path = path
    stream = try InputStream(path: path)
  }

  /// Tells by the first bytes how the others are packed and encoded.
  private mutating func begin() throws(Failure) {
    isBegun = true
    var head: [UInt8] = []
    // A pipe gives what it has; marks have four bytes.
    while head.count < 4, let piece = try stream.next() { head += piece }
    firstPacked = head
    if let compression = Decompressor.Compression(head) { decompressor = Decompressor(compression) }
    first = try unpacked()
    if let first, TextEncoding.isMarked(first) { encoding = TextEncoding() }
  }

  /// The next piece; nil at the end.
  mutating func next() throws(Failure) -> [UInt8]? {
    if !isBegun { try begin() }
    while true {
      var piece = first.take()
      if piece == nil { piece = try unpacked() }
      guard let piece, encoding != nil else { return piece }
      let text = encoding?.decode(piece) ?? piece
      if !text.isEmpty { return text }
    }
  }

  private mutating func packed() throws(Failure) -> [UInt8]? {
    if let piece = firstPacked.take() { return piece }
    return try stream.next()
  }

  private mutating func unpacked() throws(Failure) -> [UInt8]? {
    guard decompressor != nil else { return try packed() }
    var offered: [UInt8]?
    while true {
      do throws(ProfileFormatError) {
        if let piece = try decompressor?.next(offering: &offered) { return piece }
      } catch { throw failure(error) }
      // It has used up what it was given.
      offered = try packed()
      if offered == nil {
        do throws(ProfileFormatError) { try decompressor?.finish() } catch { throw failure(error) }
        return nil
      }
    }
  }

  private func failure(_ error: ProfileFormatError) -> Failure {
    Failure(.badInput, "\(path == "-" ? "standard input" : path): \(error.words)")
  }
}
