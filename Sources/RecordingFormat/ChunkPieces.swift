import RecordingSchema

/// Rows put into chunks one after another, none of which gets larger than readers accept.
///
/// Sizes are upper bounds, so that what fits by them fits when it's serialized.
struct ChunkPieces {
  /// The chunk at hand.
  var current = Recording_Chunk()
  private var finished: [Recording_Chunk] = []
  private var bytes = 0
  private let limit: Int

  /// No rows. A chunk that has any is ended where the next would take it past `limit` bytes.
  init(limit: Int) { self.limit = limit }

  /// Makes room for a row of its own with texts of so many bytes.
  mutating func makeRoom(text: Int) {
    let size = text + 64
    if bytes + size > limit, bytes > 0 { cut() }
    bytes += size
  }

  /// Makes room for rows of columns: as many of `count` as the chunk at hand takes, at least one.
  mutating func makeRoom(upTo count: Int, bytesEach size: Int) -> Int {
    if bytes + size > limit, bytes > 0 { cut() }
    let rows = max(1, min(count, (limit - bytes) / size))
    bytes += rows * size
    return rows
  }

  /// All chunks, the one at hand as the last.
  consuming func finish() -> [Recording_Chunk] { finished + [current] }

  private mutating func cut() {
    finished.append(current)
    current = Recording_Chunk()
    bytes = 0
  }
}
