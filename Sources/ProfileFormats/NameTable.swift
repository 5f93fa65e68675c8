import BinaryReading
import ProfileModel

/// Numbers distinct byte strings from 0 on, in order of first appearance.
///
///     text     m a i n l e x e m i t      one buffer for all names
///     ends           4     7       11     name i is text[ends[i-1] ..< ends[i]]
struct NameTable: Sendable {
  private var text: [UInt8] = []
  private var ends: [Int] = []
  private var hashes: [UInt64] = []
  private var rows = RowIndex()

  /// How many names there are.
  var count: Int { ends.count }

  /// The number of `name`, added when it is new.
  ///
  /// - Complexity: O(bytes of `name`) expected.
  mutating func intern(_ name: RawSpan) -> (index: Int, isNew: Bool) {
    let hash = Self.hash(name)
    if rows.isOutdated(count: ends.count) {
      let hashes = hashes
      rows.update(count: hashes.count) { hashes[$0] }
    }
    switch rows.place(hash: hash, equals: { hashes[$0] == hash && equals($0, name) }) {
    case .row(let index): return (index, false)
    case .slot(let slot):
      rows.insert(ends.count, slot: slot)
      text.append(contentsOf: name)
      ends.append(text.count)
      hashes.append(hash)
      return (ends.count - 1, true)
    }
  }

  private func equals(_ index: Int, _ name: RawSpan) -> Bool {
    let start = index == 0 ? 0 : ends[index - 1]
    guard ends[index] - start == name.byteCount else { return false }
    return text.rawSpan.extracting(start..<ends[index]).commonPrefixLength(with: name) == name.byteCount
  }

  private static func hash(_ name: RawSpan) -> UInt64 {
    var state = RowIndex.hash(RowIndex.start, next: UInt64(truncatingIfNeeded: name.byteCount))
    var offset = 0
    while name.byteCount - offset >= 8 {
      state = RowIndex.hash(state, next: name.word(at: offset))
      offset += 8
    }
    var rest: UInt64 = 0
    while offset < name.byteCount {
      rest = rest << 8 | UInt64(name.byte(at: offset))
      offset += 1
    }
    return RowIndex.hash(state, next: rest)
  }
}
