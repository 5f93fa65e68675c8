/// Finds the row of a table that equals a new one, by hash; the table itself is the caller's, in whatever columns.
///
///     rows     a   b   c   d              the caller's; a row's number is its position
///     slots    .  2  .  .  0  3  .  1     open addressing; at most half are taken
///
/// Hashes are seeded anew in each run, so that no input can be made whose rows all share a slot. Rows keep the order in
/// which they came, so nothing that is written depends on the seed.
public struct RowIndex: Sendable {
  @usableFromInline var slots: [UInt32] = []
  /// How many rows, from the first, `slots` knows.
  @usableFromInline var indexed = 0

  @usableFromInline static let free = UInt32.max
  @usableFromInline static let seed = UInt64.random(in: .min ... .max)

  /// An index of no rows.
  public init() {}

  /// Where a row is, or would be.
  public enum Place {
    /// The row's number.
    case row(Int)
    /// There is no such row; `insert` takes this.
    case slot(Int)
  }

  /// Whether `update` must be called before a row is looked for in a table of `count` rows.
  @inlinable @inline(__always)
  public func isOutdated(count: Int) -> Bool { count &* 2 >= slots.count || indexed < count }

  /// The row that `equals` accepts among those of this hash, or where it would be.
  ///
  /// - Complexity: O(1) expected.
  @inlinable @inline(__always)
  public func place(hash: UInt64, equals: (Int) -> Bool) -> Place {
    let mask = slots.count &- 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != Self.free {
      let row = Int(slots[slot])
      if equals(row) { return .row(row) }
      slot = (slot &+ 1) & mask
    }
    return .slot(slot)
  }

  /// Notes that the table's next row, number `row`, was looked for and belongs into this slot.
  @inlinable @inline(__always)
  public mutating func insert(_ row: Int, slot: Int) {
    slots[slot] = UInt32(truncatingIfNeeded: row)
    indexed = row &+ 1
  }

  /// A hash of two numbers (multiplied to 128 bits and folded, as wyhash does).
  @inlinable @inline(__always)
  public static func hash(_ first: UInt64, _ second: UInt64) -> UInt64 {
    let product = (first ^ seed).multipliedFullWidth(by: second ^ 0xA076_1D64_78BD_642F ^ (seed &<< 1))
    return mix(product.high ^ product.low)
  }

  /// A hash so far and the next eight bytes of what is hashed; `start` begins.
  @inlinable @inline(__always)
  public static func hash(_ state: UInt64, next: UInt64) -> UInt64 { mix(state ^ next) }

  /// The hash of nothing.
  @inlinable public static var start: UInt64 { seed }

  @inlinable @inline(__always)
  static func mix(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return product.high ^ product.low
  }

  /// Brings the index up to a table of `count` rows, with room for one row more.
  public mutating func update(count: Int, hashOf: (Int) -> UInt64) {
    if count * 2 >= slots.count {
      var capacity = max(64, slots.count * 2)
      while capacity <= count * 2 { capacity *= 2 }
      slots = Array(repeating: Self.free, count: capacity)
      indexed = 0
    }
    let mask = slots.count - 1
    while indexed < count {
      var slot = Int(truncatingIfNeeded: hashOf(indexed)) & mask
      while slots[slot] != Self.free { slot = (slot + 1) & mask }
      slots[slot] = UInt32(truncatingIfNeeded: indexed)
      indexed += 1
    }
  }
}
