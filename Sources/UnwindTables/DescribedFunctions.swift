import Searching

/// Where each function of a section starts, sorted, and where its FDE or its decoded rows are: 8 bytes a function.
///
///     entries   | start − origin, 32 bits | 0 | offset of the FDE, 31 bits |   sorted by start
///                                         | 1 | block of rows, 31 bits     |
///     buckets   the first entry of each stretch of addresses, so that a search begins with few candidates
struct DescribedFunctions: Sendable {
  /// The packed entries.
  private(set) var entries: [UInt64]
  /// What the starts count from.
  let origin: UInt64
  private let first: UInt32
  private let shift: UInt32
  fileprivate let buckets: [UInt32]

  /// An index over packed entries that are sorted already.
  init(sorted entries: [UInt64], origin: UInt64) {
    self.entries = entries
    self.origin = origin
    guard let low = entries.first, let high = entries.last, entries.count < UInt32.max else {
      (first, shift, buckets) = (0, 0, [])
      return
    }
    let first = UInt32(truncatingIfNeeded: low >> 32)
    let span = UInt32(truncatingIfNeeded: high >> 32) - first
    var shift: UInt32 = 0
    while Int(span >> shift) > entries.count { shift += 1 }
    let count = Int(span >> shift) + 1
    var buckets: [UInt32] = []
    buckets.reserveCapacity(count + 1)
    for (position, entry) in entries.enumerated() {
      let bucket = Int((UInt32(truncatingIfNeeded: entry >> 32) - first) >> shift)
      while buckets.count <= bucket { buckets.append(UInt32(position)) }
    }
    buckets.append(UInt32(entries.count))
    self.first = first
    self.shift = shift
    self.buckets = buckets
  }

  /// Packs a function's start and its FDE's offset; nil where one of them is out of reach.
  static func pack(start: UInt64, offset: Int, origin: UInt64) -> UInt64? {
    let relative = start &- origin
    guard relative <= UInt32.max, let offset = UInt32(exactly: offset), offset < decodedFlag else { return nil }
    return relative << 32 | UInt64(offset)
  }

  /// The origin from which an image's functions can be reached when this is one of them.
  static func origin(around start: UInt64) -> UInt64 { start &- 0x8000_0000 }

  /// The distance of an address from the origin; nil where no function can be.
  func relative(_ address: UInt64) -> UInt32? { UInt32(exactly: address &- origin) }

  /// Where the function of an entry starts, from the origin.
  func start(_ position: Int) -> UInt32 { UInt32(truncatingIfNeeded: entries[position] >> 32) }

  /// What is known of an entry's function.
  enum Content {
    /// Where its FDE is in the section.
    case entry(offset: Int)
    /// Where its rows are in the store.
    case block(UInt32)
  }

  /// What is known of an entry's function.
  func content(_ position: Int) -> Content {
    let low = UInt32(truncatingIfNeeded: entries[position])
    return low & Self.decodedFlag != 0 ? .block(low & ~Self.decodedFlag) : .entry(offset: Int(low))
  }

  /// Replaces the place of an entry's FDE by that of its rows.
  mutating func setBlock(_ block: UInt32, at position: Int) {
    entries[position] = UInt64(start(position)) << 32 | UInt64(block | Self.decodedFlag)
  }

  private static let decodedFlag: UInt32 = 1 << 31

  /// The last entry that starts at or before an address given by its distance from the origin.
  ///
  /// - Complexity: O(log n) at worst; O(1) where functions are of similar size.
  @inline(__always)
  func lastEntry(at relative: UInt32) -> Int? {
    guard relative >= first, !buckets.isEmpty else { return nil }
    let bucket = Int((relative &- first) &>> shift)
    guard bucket < buckets.count - 1 else { return entries.count - 1 }
    let key = UInt64(relative) << 32 | UInt64(UInt32.max)
    let next = (Int(buckets[bucket])..<Int(buckets[bucket + 1])).partitionPoint { entries[$0] > key }
    return next == 0 ? nil : next - 1
  }
}

extension DescribedFunctions {
  /// The memory held, in bytes.
  var footprint: Int { entries.capacity * 8 + buckets.capacity * 4 }
}
