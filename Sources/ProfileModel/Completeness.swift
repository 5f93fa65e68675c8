/// How far a profile's stacks and names can be trusted.
public struct Completeness: Hashable, Sendable {
  /// Weight of all samples.
  public var samples: Int64 = 0
  /// Weight of samples whose stack is known to reach its root; nil where the source doesn't tell of any.
  public var rooted: Int64?
  /// Weight of samples whose stack is known not to, by reason.
  public var truncated: [String: Int64] = [:]
  /// Weight of samples in async functions, or in what these call.
  public var async: Int64 = 0
  /// Weight of those whose chain of callers reaches its task's first function for sure. The others are among `truncated`.
  public var asyncComplete: Int64 = 0
  /// Weight of samples whose leaf has a name.
  public var symbolizedSelf: Int64 = 0
  /// Weight of samples whose leaf has none.
  public var unsymbolizedSelf: Int64 = 0

  /// Nothing at all.
  public init() {}

  /// Rooted weight as a share of all; nil where it isn't known, as of an empty profile.
  public var rootedShare: Double? {
    guard let rooted, samples > 0 else { return nil }
    return Double(rooted) / Double(samples)
  }
}

extension SelectedProfile {
  /// Adds up rooted, truncated and named samples.
  ///
  /// - Complexity: O(stacks + samples)
  public func completeness() -> Completeness {
    let (stacks, frames, functions) = (profile.stacks, profile.frames, profile.functions)
    // Parents precede children, so one pass carries each node's root down to it.
    var roots = [UInt32](repeating: 0, count: stacks.count)
    for node in 0..<stacks.count {
      let parent = stacks.parents[node]
      // What runs a task is no caller of it: the task is the root.
      let isRoot = parent == StackTable.noParent || !isTurned && frames[Int(stacks.frames[node])].kind.beginsTask
      roots[node] = isRoot ? UInt32(truncatingIfNeeded: node) : roots[Int(parent)]
    }
    var result = Completeness()
    var rooted: Int64 = 0
    for sample in samples {
      result.samples.addSaturating(sample.weight)
      guard let stack = sample.stack else {
        result.truncated["no frames", default: 0].addSaturating(sample.weight)
        result.unsymbolizedSelf.addSaturating(sample.weight)
        continue
      }
      let ends = (frames[Int(stacks.frames[Int(roots[stack.index])])], frames[Int(stacks.frame(of: stack))])
      let (root, leaf) = isTurned ? (ends.1, ends.0) : ends
      if root.kind.beginsTask { result.async.addSaturating(sample.weight) }
      if root.kind == .task { result.asyncComplete.addSaturating(sample.weight) }
      if root.kind == .truncated || root.kind == .asyncGap {
        result.truncated[functions[root.function.index].truncationReason, default: 0].addSaturating(sample.weight)
      } else {
        rooted.addSaturating(sample.weight)
      }
      // A marker stands for frames that are missing: it names no code.
      if !leaf.kind.isMarker, functions[leaf.function.index].isSymbolized {
        result.symbolizedSelf.addSaturating(sample.weight)
      } else {
        result.unsymbolizedSelf.addSaturating(sample.weight)
      }
    }
    // Elsewhere a stack without a mark may have lost its root all the same.
    result.rooted = profile.metadata.isRecorded ? rooted : nil
    return result
  }
}

extension Function {
  /// The name of the frame that stands for a missing root.
  public static func truncationMarker(_ reason: TruncationReason) -> Function {
    FrameMarker.truncated(reason).function
  }

  /// Stands for code at an address where nothing was mapped, as after a call through a wild pointer.
  public static var unmapped: Function { Function(name: "[unmapped]", isSymbolized: false) }
  /// Stands for code of a process of whose mappings nothing could be learned.
  public static var unknownCode: Function { Function(name: "[unknown]", isSymbolized: false) }

  /// REASON of a name `[truncated: REASON]`, `async: REASON` of `[async: REASON]`; otherwise the name.
  public var truncationReason: String {
    if name.hasPrefix("[async: "), name.hasSuffix("]") { return String(name.dropFirst().dropLast()) }
    guard name.hasPrefix("[truncated: "), name.hasSuffix("]") else { return name }
    return String(name.dropFirst("[truncated: ".count).dropLast())
  }
}
