import BinaryReading
import ProfileModel

/// What a chunk will take when it is decoded, found without decoding it: two bytes can be a message of a hundred.
///
/// Walks over the chunk as protocol buffers lay it out (<https://protobuf.dev/programming-guides/encoding>), knowing of the
/// schema only what holds what. What is no protocol buffer costs what was counted so far; decoding finds the fault.
struct ChunkCost {
  /// Numbers in columns.
  private(set) var numbers = 0
  /// Messages and texts.
  private(set) var rows = 0
  /// Bytes of texts.
  private(set) var textBytes = 0

  /// The shapes of messages in `recording.proto`.
  private enum Shape {
    case chunk
    /// Scalars and texts.
    case row
    /// Columns of numbers.
    case columns
    case symbols
    case location

    /// The shape of a field that has a length; nil for a text.
    func field(_ number: UInt64) -> Shape? {
      switch (self, number) {
      case (.chunk, 7), (.chunk, 8), (.chunk, 9), (.chunk, 16), (.symbols, 4): .columns
      case (.chunk, 11): .symbols
      case (.chunk, 1...5), (.chunk, 10), (.chunk, 12...14), (.symbols, 2), (.location, 2): .row
      case (.symbols, 3): .location
      default: nil
      }
    }
  }

  /// Counts what is in a chunk.
  init(_ plain: RawSpan) { add(plain, .chunk) }

  private mutating func add(_ bytes: RawSpan, _ shape: Shape) {
    var cursor = ByteCursor(bytes)
    do {
      while !cursor.isAtEnd {
        let key = try cursor.readULEB128()
        switch key & 7 {
        case 0:
          _ = try cursor.readULEB128()
          if shape == .columns { numbers += 1 }
        case 1: try cursor.skip(8)
        case 2:
          guard let count = Int(exactly: try cursor.readULEB128()) else { return }
          add(try cursor.readBytes(count), field: key >> 3, of: shape)
        case 5: try cursor.skip(4)
        // Groups, which the schema has none of.
        default: return
        }
      }
    } catch {}
  }

  private mutating func add(_ bytes: RawSpan, field: UInt64, of shape: Shape) {
    if shape == .columns {
      // Each number ends with the byte that has no bit for a further one.
      // SAFETY: the bytes are only read, within the call.
      numbers += unsafe bytes.withUnsafeBytes { unsafe $0.reduce(0) { $0 + Int(~$1 >> 7) } }
      return
    }
    rows += 1
    if let inner = shape.field(field) { add(bytes, inner) } else { textBytes += bytes.byteCount }
  }
}

extension ReadingBudget {
  /// Takes what a chunk costs that is about to be decoded.
  mutating func take(_ plain: RawSpan) throws(ReadingBudget.Exceeded) {
    try take(1, .chunks)
    try take(plain.byteCount, .unpackedBytes)
    let cost = ChunkCost(plain)
    try check(cost.numbers, .chunkNumbers)
    try take(cost.rows, .rows)
    try take(cost.textBytes, .textBytes)
  }
}
