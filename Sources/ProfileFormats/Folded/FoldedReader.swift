import BinaryReading
import ProfileModel

/// What a file of folded stacks holds.
public struct FoldedContents: Sendable {
  /// The stacks with their only or, in a differential file, last counts.
  public var profile: Profile
  /// The stacks of a differential file with their first counts.
  public var baseline: Profile?
}

/// Reads folded stacks in pieces as they come: `a;b;c 12`, root first, the first frame the process's name.
///
/// A file whose first lines all end in two counts is differential. Lines that are no stack with a count are left out
/// and noted in the profile's metadata; a file where they are the majority is no folded file. Suffixes `_[k]`, `_[i]`
/// and `_[j]` become kinds of frames, and `[truncated: REASON]` below the process's name a missing root.
///
/// Lines of sorted files share most of their frames with the line before, so each is compared with it first:
///
///     previous   proc ; main ; parse ; expr ; name  12
///     line       proc ; main ; parse ; lex          3
///                └───── known stack ──┘└ follows `expr` in the order: a new stack, and so is all below it
///
/// Where the order is broken, stacks are looked up; the result is the same.
///
/// - Complexity: O(bytes); memory for distinct names, distinct stacks and the longest line.
public struct FoldedReader: Sendable {
  private struct PathEntry {
    /// Where the frame ends in `previous`.
    var end: Int
    /// The stack that ends with the frame; nil for a process.
    var stack: StackID?
    var children: Children
  }

  /// What is known of the frames called from one on the path.
  private enum Children {
    /// There are none.
    case none
    /// All came in bytewise order, each once; the next entry of the path is the last of them.
    case ascending
    /// There may be any.
    case unknown
  }

  private var builder = ProfileBuilder()
  private var names = NameTable()
  private var frameOfName: [FrameID?] = []
  private var threadOfName: [ThreadID?] = []
  /// A line that the last piece did not end.
  private var pending: [UInt8] = []
  /// The stack of the last good line, with one entry for each of its frames, the process first.
  private var previous: [UInt8] = []
  private var path: [PathEntry] = []
  private var thread = ThreadID(index: 0)
  private var countsInLine: Int?
  private var baseline: [Int64] = []
  private var total: Int64 = 0
  private var baselineTotal: Int64 = 0
  private var lineNumber = 0
  private var goodLines = 0
  private var badLines = 0
  private var firstBadLine: Int?
  private var roundedCounts = 0

  /// A reader of a file's first line.
  public init() {}

  /// Reads all of `bytes`.
  public static func read(_ bytes: RawSpan) throws(ProfileFormatError) -> FoldedContents {
    var reader = FoldedReader()
    try reader.consume(bytes)
    return try reader.finish()
  }

  /// Reads the next piece of the file; pieces may end anywhere.
  public mutating func consume(_ bytes: RawSpan) throws(ProfileFormatError) {
    var start = 0
    if countsInLine == nil, pending.isEmpty { countsInLine = Self.countsInLine(of: bytes) }
    while let end = bytes.firstIndex(of: 0x0A, in: start..<bytes.byteCount) {
      if pending.isEmpty {
        try read(line: bytes.extracting(start..<end))
      } else {
        append(bytes.extracting(start..<end))
        try readPending()
      }
      start = end + 1
    }
    append(bytes.extracting(start..<bytes.byteCount))
  }

  /// Ends the file and hands over what it held.
  public consuming func finish() throws(ProfileFormatError) -> FoldedContents {
    if !pending.isEmpty { try readPending() }
    guard goodLines > 0 else { throw .noSamples(format: "folded", badLine: firstBadLine) }
    guard badLines <= goodLines else {
      throw .mostlyBadLines(format: "folded", line: firstBadLine ?? 0, bad: badLines, good: goodLines)
    }
    builder.profile.metadata.sampler = "folded"
    if let firstBadLine {
      builder.profile.metadata.notes.append(
        "\(badLines) lines without a stack and a count were left out; the first is line \(firstBadLine).")
    }
    if roundedCounts > 0 {
      builder.profile.metadata.notes.append("\(roundedCounts) counts with fractions were rounded.")
    }
    var contents = FoldedContents(profile: builder.profile)
    if countsInLine == 2 {
      var before = builder.profile
      for index in before.samples.indices { before.samples[index].weight = baseline[index] }
      contents.baseline = before
    }
    return contents
  }

  /// 2 when each of the first lines ends in two counts, else 1.
  private static func countsInLine(of head: RawSpan) -> Int {
    var start = 0
    var examined = 0
    while examined < 100, start < head.byteCount {
      guard let end = head.firstIndex(of: 0x0A, in: start..<head.byteCount) else { break }
      let line = head.extracting(start..<end).trimmingCarriageReturn()
      start = end + 1
      if line.byteCount == 0 { continue }
      guard FoldedLine(line, counts: 2) != nil else { return 1 }
      examined += 1
    }
    return examined > 0 ? 2 : 1
  }

  private mutating func append(_ bytes: RawSpan) {
    // SAFETY: the buffer is only read during the call.
    unsafe bytes.withUnsafeBytes { unsafe pending.append(contentsOf: $0) }
  }

  private mutating func readPending() throws(ProfileFormatError) {
    let line = pending
    pending.removeAll(keepingCapacity: true)
    if countsInLine == nil { countsInLine = FoldedLine(line.rawSpan, counts: 2) == nil ? 1 : 2 }
    try read(line: line.rawSpan)
  }

  private mutating func read(line: RawSpan) throws(ProfileFormatError) {
    lineNumber += 1
    let line = line.trimmingCarriageReturn()
    if line.byteCount == 0 { return }
    guard let parsed = FoldedLine(line, counts: countsInLine ?? 1) else {
      if countsInLine == 2, FoldedLine(line, counts: 1) != nil { throw .missingCount(line: lineNumber) }
      badLines += 1
      firstBadLine = firstBadLine ?? lineNumber
      return
    }
    let sum = total.addingReportingOverflow(parsed.count)
    let baselineSum = baselineTotal.addingReportingOverflow(parsed.baseline)
    // Views add weights up without asking again.
    guard !sum.overflow, !baselineSum.overflow else { throw .countTooLarge(line: lineNumber) }
    total = sum.partialValue
    baselineTotal = baselineSum.partialValue
    goodLines += 1
    if parsed.isRounded { roundedCounts += 1 }
    let stack = intern(stack: line.extracting(0..<parsed.stackEnd))
    if countsInLine == 2 {
      baseline.append(parsed.baseline)
    } else if parsed.count == 0 {
      return
    }
    builder.profile.samples.append(Sample(time: 0, thread: thread, stack: stack, weight: parsed.count))
  }

  private mutating func intern(stack text: RawSpan) -> StackID? {
    let shared = text.commonPrefixLength(with: previous.rawSpan)
    var depth = 0
    while depth < path.count, isShared(frameEnd: path[depth].end, shared: shared, in: text) { depth += 1 }
    var start = depth == 0 ? 0 : path[depth - 1].end + 1
    if depth < path.count, depth > 0, !isAscending(text, from: start, shared: shared, after: path[depth].end) {
      path[depth - 1].children = .unknown
    }
    path.removeSubrange(depth...)
    previous.removeSubrange(shared...)
    // SAFETY: the buffer is only read during the call.
    unsafe text.extracting(shared..<text.byteCount).withUnsafeBytes { unsafe previous.append(contentsOf: $0) }
    while start <= text.byteCount {
      let end = text.firstIndex(of: UInt8(ascii: ";"), in: start..<text.byteCount) ?? text.byteCount
      enter(text.extracting(start..<end), end: end)
      start = end + 1
    }
    return path.last?.stack
  }

  /// Whether a frame of the previous stack that ended at `frameEnd` is in `text` too, given that `shared` bytes are.
  private func isShared(frameEnd: Int, shared: Int, in text: RawSpan) -> Bool {
    frameEnd <= shared && (frameEnd == text.byteCount || text.byte(at: frameEnd) == UInt8(ascii: ";"))
  }

  /// Whether `text` goes on at `start` with a frame that follows the previous stack's frame there, which ended at
  /// `previousEnd`, in bytewise order.
  private func isAscending(_ text: RawSpan, from start: Int, shared: Int, after previousEnd: Int) -> Bool {
    guard start <= text.byteCount, shared < text.byteCount else { return false }
    if shared >= previousEnd { return true }
    let byte = text.byte(at: shared)
    return byte != UInt8(ascii: ";") && byte > previous[shared]
  }

  /// Goes one frame deeper: the process when there is none yet.
  private mutating func enter(_ bytes: RawSpan, end: Int) {
    let (name, isNew) = names.intern(bytes)
    if isNew {
      frameOfName.append(nil)
      threadOfName.append(nil)
    }
    guard let caller = path.last else {
      thread = thread(named: name, bytes)
      // Stacks are shared between processes, so only the first one's are sure to be new.
      path.append(PathEntry(end: end, stack: nil, children: builder.profile.stacks.count == 0 ? .none : .unknown))
      return
    }
    let frame = frame(named: name, bytes, isRoot: caller.stack == nil)
    let nodes = builder.profile.stacks.count
    let stack: StackID
    if caller.children == .unknown {
      stack = builder.intern(parent: caller.stack, frame: frame)
    } else {
      stack = builder.profile.stacks.append(parent: caller.stack, frame: frame.rawValue)
      path[path.count - 1].children = .ascending
    }
    let isNewStack = builder.profile.stacks.count > nodes
    path.append(PathEntry(end: end, stack: stack, children: isNewStack ? .none : .unknown))
  }

  private mutating func thread(named name: Int, _ bytes: RawSpan) -> ThreadID {
    if let known = threadOfName[name] { return known }
    let text = bytes.text()
    let process = builder.add(ProcessRecord(pid: 0, name: text))
    let thread = builder.add(ThreadRecord(process: process, tid: 0, name: text))
    threadOfName[name] = thread
    return thread
  }

  private mutating func frame(named name: Int, _ bytes: RawSpan, isRoot: Bool) -> FrameID {
    if let known = frameOfName[name] {
      if isRoot || builder.profile.frames[known.index].kind != .truncated { return known }
    }
    var frame = FrameNotation.frame(bytes.text(), in: &builder)
    if frame.kind == .truncated, !isRoot {
      frame.kind = .user
      return builder.intern(frame)
    }
    let id = builder.intern(frame)
    frameOfName[name] = id
    return id
  }
}
