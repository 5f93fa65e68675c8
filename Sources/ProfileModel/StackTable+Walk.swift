extension StackTable {
  /// For each stack the bits of all its frames together.
  ///
  /// - Parameter bits: Of each frame, by index.
  /// - Complexity: O(nodes)
  package func union(ofFrames bits: [UInt64]) -> [UInt64] {
    var union = [UInt64](repeating: 0, count: count)
    // Parents precede children.
    for node in 0..<count {
      let parent = parents[node]
      union[node] = (parent == Self.noParent ? 0 : union[Int(parent)]) | bits[Int(frames[node])]
    }
    return union
  }

  /// Visits all nodes, parents before children: `enter` on the way down, `leave` on the way up.
  ///
  /// Children come in order of their index. Nothing recurses, so depth is limited by memory only.
  ///
  /// - Complexity: O(nodes)
  public func walk(enter: (Int) -> Void, leave: (Int) -> Void) {
    var firstChild = [UInt32](repeating: Self.noParent, count: count)
    var nextSibling = [UInt32](repeating: Self.noParent, count: count)
    var firstRoot = Self.noParent
    for node in stride(from: count - 1, through: 0, by: -1) {
      let parent = parents[node]
      let index = UInt32(truncatingIfNeeded: node)
      if parent == Self.noParent {
        nextSibling[node] = firstRoot
        firstRoot = index
      } else {
        nextSibling[node] = firstChild[Int(parent)]
        firstChild[Int(parent)] = index
      }
    }
    var next = firstRoot
    while next != Self.noParent {
      var node = Int(next)
      enter(node)
      next = firstChild[node]
      while next == Self.noParent {
        leave(node)
        next = nextSibling[node]
        if next != Self.noParent || parents[node] == Self.noParent { break }
        node = Int(parents[node])
      }
    }
  }
}
