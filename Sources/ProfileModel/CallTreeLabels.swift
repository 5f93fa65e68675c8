import Glibc

/// The labels of a call tree in the making, and for each the rank of its name and kind among all.
///
/// Frames merge by name and kind (the *key*), whatever module or file they come from; a label also tells the origin.
struct CallTreeLabels {
  private struct Key: Hashable {
    var name: String
    var kind: CallTree.Kind
  }

  private(set) var labels: [CallTree.Label] = []
  private var indices: [CallTree.Label: UInt32] = [:]
  private var keyOfLabel: [UInt32] = []
  private var keys: [Key] = []
  private var keyRows = InternedRows()
  private var combined: [UInt64: UInt32] = [:]

  /// The index of `label`, added when new.
  mutating func intern(_ label: CallTree.Label) -> UInt32 {
    if let index = indices[label] { return index }
    let index = append(label)
    indices[label] = index
    return index
  }

  /// The index of a label that is not looked for: the caller has one for each function and kind.
  mutating func append(_ label: CallTree.Label) -> UInt32 {
    let index = UInt32(truncatingIfNeeded: labels.count)
    let key = keyRows.intern(Key(name: label.name, kind: label.kind), in: &keys)
    labels.append(label)
    keyOfLabel.append(UInt32(truncatingIfNeeded: key))
    return index
  }

  /// The label of a node that frames of both labels, which have one key, are merged into.
  mutating func combine(_ left: UInt32, _ right: UInt32) -> UInt32 {
    if left == right { return left }
    let pair = UInt64(min(left, right)) << 32 | UInt64(max(left, right))
    if let index = combined[pair] { return index }
    let (one, other) = (labels[Int(left)], labels[Int(right)])
    func agreed(_ field: KeyPath<CallTree.Label, String?>) -> String? {
      one[keyPath: field] == other[keyPath: field] ? one[keyPath: field] : nil
    }
    let index = intern(
      CallTree.Label(
        name: one.name, kind: one.kind, fullName: agreed(\.fullName), linkageName: agreed(\.linkageName),
        module: agreed(\.module), file: agreed(\.file)))
    combined[pair] = index
    return index
  }

  /// For each label the position of its key in bytewise order of names, then kinds.
  func ranks() -> [UInt32] {
    let order = keys.indices.sorted { left, right in
      let (one, other) = (keys[left], keys[right])
      let difference = Self.order(one.name, other.name)
      return difference == 0 ? one.kind.rawValue < other.kind.rawValue : difference < 0
    }
    var rankOfKey = [UInt32](repeating: 0, count: keys.count)
    for (rank, key) in order.enumerated() { rankOfKey[key] = UInt32(truncatingIfNeeded: rank) }
    return keyOfLabel.map { rankOfKey[Int($0)] }
  }

  /// Below, at or above zero as the bytes of `left` come before those of `right`, are the same, or come after.
  private static func order(_ left: String, _ right: String) -> Int {
    let (one, other) = (left.utf8.span, right.utf8.span)
    let count = min(one.count, other.count)
    // SAFETY: both spans hold at least `count` bytes; memcmp only reads.
    let difference = unsafe one.withUnsafeBufferPointer { one in
      unsafe other.withUnsafeBufferPointer { other -> Int32 in
        guard let one = one.baseAddress, let other = other.baseAddress else { return 0 }
        return unsafe memcmp(one, other, count)
      }
    }
    return difference == 0 ? one.count - other.count : Int(difference)
  }
}
