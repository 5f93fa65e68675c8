/// Adds samples up by groups that frames belong to, such as functions: self weight and total weight of each.
///
/// A group that is on a stack several times, as recursion makes it, gets the stack's weight once.
///
///     stack          a ► b ► a ► c        self: c        total: a, b, c
///     counted for    ×   ×       ×
public struct StackGrouping: Sendable {
  /// The group number of frames that belong to none.
  public static let none = UInt32.max

  /// The number of groups.
  public let count: Int
  /// For each node of the stack table its frame's group.
  public let groups: [UInt32]
  /// For each node whether none of its callers is of its group.
  public let isOutermost: [Bool]
  private let parents: [UInt32]

  /// Self and total weights by group.
  public struct Weights: Hashable, Sendable {
    /// Weight of samples whose leaf is of the group.
    public var own: [Int64]
    /// Weight of samples with the group anywhere on their stack.
    public var total: [Int64]

    /// Weights, both of as many groups.
    public init(own: [Int64], total: [Int64]) {
      self.own = own
      self.total = total
    }
  }

  /// Groups the nodes of `stacks`.
  ///
  /// - Parameters:
  ///   - groupOfFrame: For each frame a number below `count`, or `none`.
  /// - Complexity: O(nodes)
  public init(_ stacks: StackTable, groupOfFrame: [UInt32], count: Int) {
    let groups = stacks.frames.map { groupOfFrame[Int($0)] }
    var isOutermost = [Bool](repeating: false, count: groups.count)
    var depths = [UInt32](repeating: 0, count: count)
    stacks.walk { node in
      guard groups[node] != Self.none else { return }
      isOutermost[node] = depths[Int(groups[node])] == 0
      depths[Int(groups[node])] += 1
    } leave: { node in
      if groups[node] != Self.none { depths[Int(groups[node])] -= 1 }
    }
    self.groups = groups
    self.isOutermost = isOutermost
    self.count = count
    parents = stacks.parents
  }

  /// Adds up samples, which are of one value type.
  ///
  /// - Complexity: O(nodes + samples)
  public func weights(of samples: some Sequence<Sample>) -> Weights {
    var result = Weights(own: Array(repeating: 0, count: count), total: Array(repeating: 0, count: count))
    let subtrees = subtreeWeights(of: samples) { stack, weight in
      let group = groups[stack]
      if group != Self.none { result.own[Int(group)].addSaturating(weight) }
    }
    for node in groups.indices where isOutermost[node] { result.total[Int(groups[node])].addSaturating(subtrees[node]) }
    return result
  }

  /// For each node the weight of the samples that go through or end there.
  ///
  /// - Parameter each: Called with the leaf's node and the weight of every sample that has a stack.
  public func subtreeWeights(
    of samples: some Sequence<Sample>, each: (Int, Int64) -> Void = { _, _ in }
  ) -> [Int64] {
    var subtrees = [Int64](repeating: 0, count: groups.count)
    for sample in samples {
      guard let stack = sample.stack else { continue }
      subtrees[stack.index].addSaturating(sample.weight)
      each(stack.index, sample.weight)
    }
    for node in stride(from: groups.count - 1, through: 0, by: -1) where parents[node] != StackTable.noParent {
      subtrees[Int(parents[node])].addSaturating(subtrees[node])
    }
    return subtrees
  }
}
