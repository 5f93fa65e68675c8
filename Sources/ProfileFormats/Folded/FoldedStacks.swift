import BinaryReading
import ProfileModel

/// Folded stacks: a line for each distinct stack, root first, `;` between frames, a blank, the count.
///
/// The first frame is the process's name, where the source says it. Suffixes tell kernel `_[k]`, inlined `_[i]` and JIT `_[j]` frames; a stack
/// without its root has `[truncated: REASON]` below the process's name. Nothing can be escaped: `;` in a name is
/// written `:`, line breaks and control characters as blanks. Lines are sorted bytewise.
public enum FoldedStacks {
  /// What to write.
  public struct Options: Hashable, Sendable {
    /// Whether the second frame is the thread's name.
    public var threads: Bool

    /// Without threads.
    public init(threads: Bool = false) { self.threads = threads }
  }

  /// The lines as bytes.
  public static func bytes(of selected: SelectedProfile, _ options: Options = Options()) -> [UInt8] {
    var result: [UInt8] = []
    write(selected, options) { result.append(contentsOf: $0) }
    return result
  }

  /// Writes the lines in pieces of about a megabyte.
  ///
  /// - Complexity: O(stacks + samples + bytes · log(lines)); memory for all lines.
  public static func write<E: Error>(
    _ selected: SelectedProfile, _ options: Options = Options(), to output: ([UInt8]) throws(E) -> Void
  ) throws(E) {
    let lines = FoldedLines(selected, options).render()
    var piece: [UInt8] = []
    for line in 0..<lines.count {
      piece.append(contentsOf: lines.bytes(at: line))
      if piece.count >= 1 << 20 {
        try output(piece)
        piece.removeAll(keepingCapacity: true)
      }
    }
    if !piece.isEmpty { try output(piece) }
  }
}

/// Merges a profile's stacks by what folded stacks show of them.
private struct FoldedLines {
  private struct Root: Hashable {
    var process: UInt32?
    var thread: UInt32?
  }

  /// Distinct rendered frames.
  private var texts: [[UInt8]] = []
  private var textIDs: [[UInt8]: UInt32] = [:]
  /// The profile's stacks, keyed by rendered frames instead of places in functions.
  private var stacks = StackTable()
  private var roots: [Root] = []
  /// Lines to be: the number of the root above that of the stack, and the count.
  private var keys: [UInt64] = []
  private var counts: [Int64] = []
  init(_ selected: SelectedProfile, _ options: FoldedStacks.Options) {
    let profile = selected.profile
    let textOfFrame = profile.frames.map { frame in
      intern(profile.functions[frame.function.index].name, FrameNotation.suffix(of: frame.kind))
    }
    let isSame = texts.count == profile.frames.count
    // Frames that all look different leave the tree as it is.
    let merged = isSame ? [] : merge(profile.stacks, textOfFrame)
    if isSame { stacks = profile.stacks }
    let frameless = stacks.intern(parent: nil, frame: intern("[truncated: no frames]", ""))
    var rootIDs: [Root: UInt64] = [:]
    let rootOfThread = profile.threads.map { thread in
      let process = profile.processes[thread.process.index]
      let isNamed = options.threads && !(process.isUnnamed && thread.name.isEmpty)
      let root = Root(
        process: process.isUnnamed ? nil : intern(process.name, ""), thread: isNamed ? intern(thread.name, "") : nil)
      let next = UInt64(roots.count)
      if let known = rootIDs[root] { return known }
      rootIDs[root] = next
      roots.append(root)
      return next
    }
    var rows = RowIndex()
    for sample in selected.samples where sample.weight > 0 {
      let stack = sample.stack.map { isSame ? $0 : merged[$0.index] } ?? frameless
      let key = rootOfThread[sample.thread.index] << 32 | UInt64(stack.rawValue)
      if rows.isOutdated(count: keys.count) {
        let keys = keys
        rows.update(count: keys.count) { RowIndex.hash(keys[$0], 0) }
      }
      switch rows.place(hash: RowIndex.hash(key, 0), equals: { keys[$0] == key }) {
      case .row(let known): counts[known] += sample.weight
      case .slot(let slot):
        rows.insert(keys.count, slot: slot)
        keys.append(key)
        counts.append(sample.weight)
      }
    }
  }

  /// For each stack that of the rendered frames.
  private mutating func merge(_ original: StackTable, _ textOfFrame: [UInt32]) -> [StackID] {
    // Parents precede children, so each node's merged parent is known before it.
    var merged: [StackID] = []
    merged.reserveCapacity(original.count)
    for node in 0..<original.count {
      let parent = original.parents[node]
      merged.append(
        stacks.intern(
          parent: parent == StackTable.noParent ? nil : merged[Int(parent)],
          frame: textOfFrame[Int(original.frames[node])]))
    }
    return merged
  }

  private mutating func intern(_ name: String, _ suffix: StaticString) -> UInt32 {
    var text: [UInt8] = []
    text.append(foldedName: name)
    text.append(contentsOf: suffix.description.utf8)
    if let id = textIDs[text] { return id }
    let id = UInt32(truncatingIfNeeded: texts.count)
    texts.append(text)
    textIDs[text] = id
    return id
  }

  /// All lines in bytewise order, each with its line break.
  func render() -> SortedLines {
    var lines = SortedLines(count: keys.count)
    var path: [UInt32] = []
    for (key, count) in zip(keys, counts) {
      path.removeAll(keepingCapacity: true)
      var next: StackID? = StackID(rawValue: UInt32(truncatingIfNeeded: key))
      while let node = next {
        path.append(stacks.frame(of: node))
        next = stacks.parent(of: node)
      }
      let root = roots[Int(key >> 32)]
      if let thread = root.thread { path.append(thread) }
      if let process = root.process { path.append(process) }
      lines.add { output in
        for (index, frame) in path.reversed().enumerated() {
          if index > 0 { output.append(UInt8(ascii: ";")) }
          output.append(contentsOf: texts[Int(frame)])
        }
        output.append(UInt8(ascii: " "))
        output.append(contentsOf: String(count).utf8)
        output.append(UInt8(ascii: "\n"))
      }
    }
    lines.sort()
    return lines
  }
}
