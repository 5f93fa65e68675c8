/// All stacks of a profile as a prefix tree: a stack is its leaf's node, so a sample is one integer.
///
///     main ─► parse ─► lex        node:    0     1      2     3
///        └──► emit                parent:  -     0      1     0
///                                 frame:   main  parse  lex   emit
///
/// A parent always comes before its children. The elements of `frames` are whatever the table's owner keys frames by.
public struct StackTable: Sendable {
  /// For each node its parent's index, or `noParent` for a root.
  public private(set) var parents: [UInt32] = []
  /// For each node its frame's index.
  public private(set) var frames: [UInt32] = []
  private var slots: [UInt32] = []
  /// How many nodes, from the first, `slots` knows.
  private var indexed = 0

  /// The parent of a root.
  public static let noParent = UInt32.max

  /// An empty table.
  public init() {}

  /// The number of nodes.
  public var count: Int { parents.count }

  /// The node for `frame` called from `parent`; added when it is new.
  ///
  /// - Complexity: O(1) expected.
  public mutating func intern(parent: StackID?, frame: UInt32) -> StackID {
    index()
    let parent = parent?.rawValue ?? Self.noParent
    let mask = slots.count - 1
    var slot = Self.hash(parent, frame) & mask
    while slots[slot] != Self.noParent {
      let node = Int(slots[slot])
      if parents[node] == parent, frames[node] == frame { return StackID(index: node) }
      slot = (slot + 1) & mask
    }
    slots[slot] = UInt32(truncatingIfNeeded: count)
    parents.append(parent)
    frames.append(frame)
    indexed = count
    return StackID(index: count - 1)
  }

  /// Adds a node for `frame` called from `parent` that the caller knows not to be there yet.
  ///
  /// Saves looking it up, which for millions of nodes is mostly waiting for memory; the next `intern` catches up.
  ///
  /// - Complexity: O(1).
  public mutating func append(parent: StackID?, frame: UInt32) -> StackID {
    parents.append(parent?.rawValue ?? Self.noParent)
    frames.append(frame)
    return StackID(index: count - 1)
  }

  /// The frame at the leaf of a stack.
  public func frame(of stack: StackID) -> UInt32 { frames[stack.index] }

  /// The stack of the leaf's caller; nil for a root.
  public func parent(of stack: StackID) -> StackID? {
    let parent = parents[stack.index]
    return parent == Self.noParent ? nil : StackID(rawValue: parent)
  }

  /// The frames of a stack, root first.
  public func path(to stack: StackID) -> [UInt32] {
    var path: [UInt32] = []
    var next: StackID? = stack
    while let node = next {
      path.append(frame(of: node))
      next = parent(of: node)
    }
    path.reverse()
    return path
  }

  private static func hash(_ parent: UInt32, _ frame: UInt32) -> Int {
    var bits = UInt64(parent) << 32 | UInt64(frame)
    bits ^= bits >> 32
    bits &*= 0x9E37_79B9_7F4A_7C15
    bits ^= bits >> 29
    return Int(truncatingIfNeeded: bits & 0x7FFF_FFFF_FFFF_FFFF)
  }

  /// Brings the index up to date, with room for one node more.
  private mutating func index() {
    if count * 2 >= slots.count {
      var capacity = max(64, slots.count * 2)
      while capacity <= count * 2 { capacity *= 2 }
      slots = Array(repeating: Self.noParent, count: capacity)
      indexed = 0
    }
    let mask = slots.count - 1
    while indexed < count {
      var slot = Self.hash(parents[indexed], frames[indexed]) & mask
      while slots[slot] != Self.noParent { slot = (slot + 1) & mask }
      slots[slot] = UInt32(truncatingIfNeeded: indexed)
      indexed += 1
    }
  }
}
