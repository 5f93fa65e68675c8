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
  private var index = RowIndex()

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
    let parent = parent?.rawValue ?? Self.noParent
    if index.isOutdated(count: parents.count) { updateIndex() }
    switch index.place(
      hash: Self.hash(parent, frame), equals: { parents[$0] == parent && frames[$0] == frame })
    {
    case .row(let node): return StackID(index: node)
    case .slot(let slot):
      index.insert(parents.count, slot: slot)
      append(parent, frame)
      return StackID(index: count - 1)
    }
  }

  private mutating func updateIndex() {
    let (parents, frames) = (parents, frames)
    index.update(count: parents.count) { Self.hash(parents[$0], frames[$0]) }
  }

  /// Adds a node for `frame` called from `parent` that the caller knows not to be there yet.
  ///
  /// Saves looking it up, which for millions of nodes is mostly waiting for memory; the next `intern` catches up.
  ///
  /// - Complexity: O(1).
  public mutating func append(parent: StackID?, frame: UInt32) -> StackID {
    append(parent?.rawValue ?? Self.noParent, frame)
    return StackID(index: count - 1)
  }

  private mutating func append(_ parent: UInt32, _ frame: UInt32) {
    parents.append(parent)
    frames.append(frame)
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

  private static func hash(_ parent: UInt32, _ frame: UInt32) -> UInt64 {
    RowIndex.hash(UInt64(parent) << 32 | UInt64(frame), 0)
  }
}
