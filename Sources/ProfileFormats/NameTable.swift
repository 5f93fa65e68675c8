import BinaryReading

/// Numbers distinct byte strings from 0 on, in order of first appearance.
///
///     text     m a i n l e x e m i t      one buffer for all names
///     ends           4     7       11     name i is text[ends[i-1] ..< ends[i]]
///     slots    open addressing, by hash   holds i + 1; 0 is free
struct NameTable: Sendable {
  private var text: [UInt8] = []
  private var ends: [Int] = []
  private var hashes: [UInt32] = []
  private var slots = [UInt32](repeating: 0, count: 1024)

  /// How many names there are.
  var count: Int { ends.count }

  /// The number of `name`, added when it is new.
  ///
  /// - Complexity: O(bytes of `name`) expected.
  mutating func intern(_ name: RawSpan) -> (index: Int, isNew: Bool) {
    let hash = Self.hash(name)
    let mask = slots.count - 1
    var slot = Int(hash) & mask
    while slots[slot] != 0 {
      let index = Int(slots[slot]) - 1
      if hashes[index] == hash, equals(index, name) { return (index, false) }
      slot = (slot + 1) & mask
    }
    let index = ends.count
    slots[slot] = UInt32(truncatingIfNeeded: index + 1)
    // SAFETY: the buffer is only read during the call.
    unsafe name.withUnsafeBytes { unsafe text.append(contentsOf: $0) }
    ends.append(text.count)
    hashes.append(hash)
    if ends.count * 2 >= slots.count { grow() }
    return (index, true)
  }

  private func equals(_ index: Int, _ name: RawSpan) -> Bool {
    let start = index == 0 ? 0 : ends[index - 1]
    guard ends[index] - start == name.byteCount else { return false }
    return text.rawSpan.extracting(start..<ends[index]).commonPrefixLength(with: name) == name.byteCount
  }

  /// Folds eight bytes at a time by multiplication (as wyhash does); good enough where collisions only cost time.
  private static func hash(_ name: RawSpan) -> UInt32 {
    var state = UInt64(truncatingIfNeeded: name.byteCount) ^ 0x9E37_79B9_7F4A_7C15
    var offset = 0
    while name.byteCount - offset >= 8 {
      state = mix(state ^ name.word(at: offset))
      offset += 8
    }
    var rest: UInt64 = 0
    while offset < name.byteCount {
      rest = rest << 8 | UInt64(name.byte(at: offset))
      offset += 1
    }
    return UInt32(truncatingIfNeeded: mix(state ^ rest) >> 16)
  }

  @inline(__always)
  private static func mix(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
    return product.high ^ product.low
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    let mask = slots.count - 1
    for (index, hash) in hashes.enumerated() {
      var slot = Int(hash) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = UInt32(truncatingIfNeeded: index + 1)
    }
  }
}
