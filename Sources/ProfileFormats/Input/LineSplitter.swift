import BinaryReading
import ProfileModel

/// Splits text that comes in pieces into lines; lines are views of the pieces, but for those that go over their ends.
///
///     pieces   ├─ a;b 1 ⏎ a;c │ 2 ⏎ d 3 ─┤
///     kept                a;c ┘              until its end comes
struct LineSplitter: Sendable {
  private var unended: [UInt8] = []
  private let limit = ReadingBudget().limit(.lineBytes)

  /// Calls `body` with each line of the next piece that has ended, without its end.
  mutating func split(
    _ bytes: RawSpan, _ body: (RawSpan) throws(ProfileFormatError) -> Void
  ) throws(ProfileFormatError) {
    var start = 0
    while let end = bytes.firstIndex(of: 0x0A, in: start..<bytes.byteCount) {
      if unended.isEmpty {
        try body(bytes.extracting(start..<end))
      } else {
        unended.append(contentsOf: bytes.extracting(start..<end))
        try body(unended.rawSpan)
        unended.removeAll(keepingCapacity: true)
      }
      start = end + 1
    }
    guard bytes.byteCount - start <= limit - unended.count else {
      throw .tooLarge(ReadingBudget.Exceeded(resource: .lineBytes, limit: limit))
    }
    unended.append(contentsOf: bytes.extracting(start..<bytes.byteCount))
  }

  /// Calls `body` with what the text ends with, where no line end follows it.
  mutating func finish(_ body: (RawSpan) throws(ProfileFormatError) -> Void) throws(ProfileFormatError) {
    guard !unended.isEmpty else { return }
    try body(unended.rawSpan)
    unended = []
  }
}
