/// The next bytes of code, as many as the longest instruction can have, held in two words.
struct CodeBytes: Equatable, BitwiseCopyable {
  private var low: UInt64 = 0
  private var high: UInt64 = 0
  /// How many there are, at most `limit`.
  private(set) var count = 0

  /// No instruction of any architecture is longer.
  static let limit = 16

  /// No bytes.
  init() {}

  /// The first bytes of these.
  init(_ bytes: some Sequence<UInt8>) {
    for byte in bytes.prefix(Self.limit) { append(byte) }
  }

  /// Adds one behind the others; what would be too many is left out.
  mutating func append(_ byte: UInt8) {
    guard count < Self.limit else { return }
    if count < 8 {
      low |= UInt64(byte) &<< UInt64(8 * count)
    } else {
      high |= UInt64(byte) &<< UInt64(8 * (count - 8))
    }
    count += 1
  }

  /// A byte; zero where there is none.
  subscript(index: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: index < 8 ? low &>> UInt64(index &* 8) : high &>> UInt64((index &- 8) &* 8))
  }

  /// `size` bytes from `index` on as a little-endian number with a sign; `size` is 1, 2, 4 or 8.
  func number(at index: Int, size: Int) -> Int64 {
    var value: UInt64 = 0
    for offset in 0..<size { value |= UInt64(self[index + offset]) &<< UInt64(8 * offset) }
    let unused = Int64(64 - 8 * size)
    return (Int64(bitPattern: value) << unused) >> unused
  }
}
