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
    var text: [UInt8] = []
    var lines = FoldedLines(selected, options).render(into: &text)
    sort(&lines, in: text)
    var piece: [UInt8] = []
    for line in lines {
      piece.append(contentsOf: text[line])
      if piece.count >= 1 << 20 {
        try output(piece)
        piece.removeAll(keepingCapacity: true)
      }
    }
    if !piece.isEmpty { try output(piece) }
  }

  /// Orders lines as `LC_ALL=C sort` does, their counts included.
  private static func sort(_ lines: inout [Range<Int>], in text: [UInt8]) {
    lines.sort { left, right in
      let first = text.rawSpan.extracting(left)
      let second = text.rawSpan.extracting(right)
      let shared = first.commonPrefixLength(with: second)
      // No line is the start of another: each ends with a line break.
      guard shared < first.byteCount, shared < second.byteCount else { return first.byteCount < second.byteCount }
      return first.byte(at: shared) < second.byte(at: shared)
    }
  }
}

/// Merges a profile's stacks by what folded stacks show of them.
private struct FoldedLines {
  private struct Root: Hashable {
    var process: UInt32?
    var thread: UInt32?
  }
  private struct Line: Hashable {
    var root: Root
    var stack: StackID
  }

  /// Distinct rendered frames.
  private var texts: [[UInt8]] = []
  private var textIDs: [[UInt8]: UInt32] = [:]
  /// The profile's stacks, keyed by rendered frames instead of places in functions.
  private var stacks = StackTable()
  private var counts: [Line: Int64] = [:]
  init(_ selected: SelectedProfile, _ options: FoldedStacks.Options) {
    let profile = selected.profile
    let textOfFrame = profile.frames.map { frame in
      intern(profile.functions[frame.function.index].name, FrameNotation.suffix(of: frame.kind))
    }
    // Parents precede children, so each node's merged parent is known before it.
    var merged: [StackID] = []
    merged.reserveCapacity(profile.stacks.count)
    for node in 0..<profile.stacks.count {
      let parent = profile.stacks.parents[node]
      merged.append(
        stacks.intern(
          parent: parent == StackTable.noParent ? nil : merged[Int(parent)],
          frame: textOfFrame[Int(profile.stacks.frames[node])]))
    }
    let frameless = stacks.intern(parent: nil, frame: intern("[truncated: no frames]", ""))
    let roots = profile.threads.map { thread in
      let process = profile.processes[thread.process.index]
      let isNamed = options.threads && !(process.isUnnamed && thread.name.isEmpty)
      return Root(
        process: process.isUnnamed ? nil : intern(process.name, ""), thread: isNamed ? intern(thread.name, "") : nil)
    }
    for sample in selected.samples where sample.weight > 0 {
      let stack = sample.stack.map { merged[$0.index] } ?? frameless
      counts[Line(root: roots[sample.thread.index], stack: stack), default: 0] += sample.weight
    }
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

  /// Appends all lines, in no order, and returns where each lies with its line break.
  func render(into output: inout [UInt8]) -> [Range<Int>] {
    var lines: [Range<Int>] = []
    lines.reserveCapacity(counts.count)
    var path: [UInt32] = []
    for (line, count) in counts {
      let start = output.count
      path.removeAll(keepingCapacity: true)
      var next: StackID? = line.stack
      while let node = next {
        path.append(stacks.frame(of: node))
        next = stacks.parent(of: node)
      }
      if let thread = line.root.thread { path.append(thread) }
      if let process = line.root.process { path.append(process) }
      for frame in path.reversed() {
        if output.count > start { output.append(UInt8(ascii: ";")) }
        output.append(contentsOf: texts[Int(frame)])
      }
      output.append(UInt8(ascii: " "))
      output.append(contentsOf: String(count).utf8)
      output.append(UInt8(ascii: "\n"))
      lines.append(start..<output.count)
    }
    return lines
  }
}
