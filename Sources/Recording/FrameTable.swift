/// The places that recorded stacks go through, before they have names: a module and an address in it, or a marker.
///
/// Stored as columns; a row's index is what `StackTable` holds.
struct FrameTable: Sendable {
  /// Index of the module plus 1; 0 for a marker, whose index is in `addresses`.
  private(set) var modules: [UInt32] = []
  /// Stated addresses in lookup form.
  private(set) var addresses: [UInt64] = []
  private var slots: [UInt32] = []

  private static let empty = UInt32.max

  var count: Int { modules.count }

  /// The index of a frame; added when new. O(1) expected.
  mutating func intern(module: UInt32, address: UInt64) -> UInt32 {
    if count * 2 >= slots.count { grow() }
    let mask = slots.count - 1
    var slot = Self.hash(module, address) & mask
    while slots[slot] != Self.empty {
      let row = Int(slots[slot])
      if modules[row] == module, addresses[row] == address { return slots[slot] }
      slot = (slot + 1) & mask
    }
    let row = UInt32(truncatingIfNeeded: count)
    slots[slot] = row
    append(module: module, address: address)
    return row
  }

  /// Adds a row as it was read, without looking for an equal one.
  mutating func append(module: UInt32, address: UInt64) {
    modules.append(module)
    addresses.append(address)
  }

  private static func hash(_ module: UInt32, _ address: UInt64) -> Int {
    var bits = (address ^ UInt64(module) << 48) &* 0x9E37_79B9_7F4A_7C15
    bits ^= bits >> 32
    return Int(truncatingIfNeeded: bits & 0x7FFF_FFFF_FFFF_FFFF)
  }

  private mutating func grow() {
    let capacity = max(1024, slots.count * 2)
    slots = Array(repeating: Self.empty, count: capacity)
    for row in modules.indices {
      var slot = Self.hash(modules[row], addresses[row]) & (capacity - 1)
      while slots[slot] != Self.empty { slot = (slot + 1) & (capacity - 1) }
      slots[slot] = UInt32(truncatingIfNeeded: row)
    }
  }
}
