/// How far a profile's stacks and names can be trusted.
public struct Completeness: Hashable, Sendable {
  /// Weight of all samples.
  public var samples: Int64 = 0
  /// Weight of samples whose stack reaches its root.
  public var rooted: Int64 = 0
  /// Weight of samples that don't, by reason.
  public var truncated: [String: Int64] = [:]
  /// Weight of samples whose leaf has a name.
  public var symbolizedSelf: Int64 = 0
  /// Weight of samples whose leaf has none.
  public var unsymbolizedSelf: Int64 = 0

  /// Rooted weight as a share of all; 1 for an empty profile.
  public var rootedShare: Double { samples == 0 ? 1 : Double(rooted) / Double(samples) }
}

extension Profile {
  /// Counts rooted, truncated and named samples of one kind of weight.
  ///
  /// - Complexity: O(stacks + samples)
  public func completeness(of kind: WeightKind = .cpuSamples) -> Completeness {
    // Parents precede children, so one pass carries each node's root down to it.
    var roots = [UInt32](repeating: 0, count: stacks.count)
    for node in 0..<stacks.count {
      let parent = stacks.parents[node]
      roots[node] = parent == StackTable.noParent ? UInt32(truncatingIfNeeded: node) : roots[Int(parent)]
    }
    var result = Completeness()
    for sample in samples where sample.kind == kind {
      result.samples += sample.weight
      guard let stack = sample.stack else {
        result.truncated["no frames", default: 0] += sample.weight
        result.unsymbolizedSelf += sample.weight
        continue
      }
      let root = frames[Int(stacks.frames[Int(roots[stack.index])])]
      if root.kind == .truncated {
        result.truncated[functions[root.function.index].truncationReason, default: 0] += sample.weight
      } else {
        result.rooted += sample.weight
      }
      let leaf = frames[Int(stacks.frame(of: stack))]
      // A marker stands for frames that are missing: it names no code.
      if !leaf.kind.isMarker, functions[leaf.function.index].isSymbolized {
        result.symbolizedSelf += sample.weight
      } else {
        result.unsymbolizedSelf += sample.weight
      }
    }
    return result
  }
}

extension Function {
  /// The name of the frame that stands for a missing root.
  public static func truncationMarker(_ reason: TruncationReason) -> Function {
    Function(name: "[truncated: \(reason.description)]")
  }

  /// REASON of a name `[truncated: REASON]`; otherwise the name.
  public var truncationReason: String {
    guard name.hasPrefix("[truncated: "), name.hasSuffix("]") else { return name }
    return String(name.dropFirst("[truncated: ".count).dropLast())
  }
}
