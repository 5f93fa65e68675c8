import BinaryReading

/// Tells an uncompressed pprof file from other binary files, without decoding it.
enum PprofWireCheck {
  /// Whether the first fields of `head` are what a pprof profile has: known numbers with their wire types.
  ///
  /// The head may end within a field. Only the top level is looked at (Protocol Buffers, "Encoding").
  static func looksLikeProfile(_ head: RawSpan) -> Bool {
    var cursor = ByteCursor(head)
    var fields = 0
    while !cursor.isAtEnd, fields < 10_000 {
      guard let tag = try? cursor.readULEB128() else { break }
      switch (tag >> 3, tag & 7) {
      case (1...6, 2), (11, 2), (13, 2), (15, 2), (16, 2):
        guard let length = try? cursor.readULEB128() else { return fields > 0 }
        guard let count = Int(exactly: length), count < 1 << 31 else { return false }
        guard (try? cursor.skip(count)) != nil else { return fields > 0 || tag == 0x0A && count < 64 }
      case (7...10, 0), (12...15, 0):
        guard (try? cursor.readULEB128()) != nil else { return fields > 0 }
      default: return false
      }
      fields += 1
    }
    return fields > 0
  }
}
