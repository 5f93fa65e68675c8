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
/// A file most of whose lines end in two counts is differential. Comments (`# `) are passed over. Lines that are no stack
/// with a count are left out and noted in the profile's metadata; a file where they are the majority is no folded file.
/// Suffixes `_[k]`, `_[i]` and `_[j]` become kinds of frames, and `[truncated: REASON]` at the root a missing one. Equal
/// stacks are one sample. Counts with fractions are summed by stack and then
/// rounded so that their sums stay true.
///
/// Whether the first name of a line is a process's is told by the file's beginning (`ProcessNameEvidence`) unless the
/// caller knows. Where it isn't, the only process has no name.
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

  /// How much of a file tells what its lines hold.
  private static let headLength = 1 << 20

  private var builder = ProfileBuilder()
  private let budget = InputBudget()
  private let wantedNames: ProcessNames?
  private var evidence: ProcessNameEvidence?
  private var hasProcesses = true
  /// For each sample what its counts have behind the point, in all; empty until a count has a point.
  private var fractions: [(count: Int64, baseline: Int64)] = []
  /// For each stack the last sample with it, plus 1; 0 for none.
  private var sampleOfStack: [UInt32] = []
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

  /// A reader of a file's first line; without `processNames` the file itself must tell.
  public init(processNames: ProcessNames? = nil) { wantedNames = processNames }

  /// Reads all of `bytes`.
  public static func read(
    _ bytes: RawSpan, processNames: ProcessNames? = nil
  ) throws(ProfileFormatError) -> FoldedContents {
    var reader = FoldedReader(processNames: processNames)
    try reader.consume(bytes)
    return try reader.finish()
  }

  /// Reads the next piece of the file; pieces may end anywhere.
  public mutating func consume(_ bytes: RawSpan) throws(ProfileFormatError) {
    guard countsInLine == nil else { return try read(lines: bytes) }
    pending.append(contentsOf: bytes)
    if pending.count >= Self.headLength, pending.contains(0x0A) { try begin() }
  }

  /// Tells by the lines that waited what they hold, and reads them.
  private mutating func begin() throws(ProfileFormatError) {
    let head = pending
    let view = head.rawSpan
    let counts = Self.countsInLine(of: view)
    countsInLine = counts
    if wantedNames == nil { evidence = ProcessNameEvidence(view, counts: counts) }
    hasProcesses = (wantedNames ?? evidence?.names) != .no
    if !hasProcesses {
      let process = builder.add(ProcessRecord(pid: 0, name: ""))
      thread = builder.add(ThreadRecord(process: process, tid: 0, name: ""))
    }
    pending = []
    try read(lines: view)
  }

  private mutating func read(lines bytes: RawSpan) throws(ProfileFormatError) {
    var start = 0
    while let end = bytes.firstIndex(of: 0x0A, in: start..<bytes.byteCount) {
      if pending.isEmpty {
        try read(line: bytes.extracting(start..<end))
      } else {
        pending.append(contentsOf: bytes.extracting(start..<end))
        try readPending()
      }
      start = end + 1
    }
    pending.append(contentsOf: bytes.extracting(start..<bytes.byteCount))
  }

  /// Ends the file and hands over what it held.
  public consuming func finish() throws(ProfileFormatError) -> FoldedContents {
    if countsInLine == nil { try begin() }
    if !pending.isEmpty { try readPending() }
    guard goodLines > 0 else { throw .noSamples(format: "folded", badLine: firstBadLine) }
    guard badLines <= goodLines else {
      throw .mostlyBadLines(format: "folded", line: firstBadLine ?? 0, bad: badLines, good: goodLines)
    }
    builder.profile.metadata.sampler = "folded"
    roundFractions()
    sayWhatWasRead()
    var contents = FoldedContents(profile: builder.profile)
    if countsInLine == 2 {
      var before = builder.profile
      for index in before.samples.indices { before.samples[index].weight = baseline[index] }
      contents.baseline = before
    }
    return contents
  }

  private mutating func sayWhatWasRead() {
    if let evidence {
      let reason = evidence.reason.map { " (\($0))" } ?? ""
      builder.profile.metadata.say(
        hasProcesses
          ? "the first name of each line was taken for a process's\(reason); --process-names no makes it a function's"
          : "the first name of each line was taken for a function's\(reason); --process-names yes makes it a process's")
    }
    if let firstBadLine {
      builder.profile.metadata.say(
        badLines == 1
          ? "line \(firstBadLine) has no stack with \(countsInLine == 2 ? "two counts" : "a count") and was left out"
          : "\(badLines) lines without a stack and \(countsInLine == 2 ? "two counts" : "a count") were left out; the first is line \(firstBadLine)"
      )
    }
    if roundedCounts > 0 {
      builder.profile.metadata.say(
        "\(roundedCounts) \(roundedCounts == 1 ? "count has a fraction" : "counts have fractions"): summed by stack, then "
          + "rounded so that sums stay true")
    }
  }

  /// 2 when most of the first lines that end in a count end in two, else 1.
  private static func countsInLine(of head: RawSpan) -> Int {
    var start = 0
    var examined = 0
    var double = 0
    while examined < 100, start < head.byteCount {
      let end = head.firstIndex(of: 0x0A, in: start..<head.byteCount) ?? head.byteCount
      let line = head.extracting(start..<end).trimmingCarriageReturn()
      start = end + 1
      if FoldedLine.isComment(line) || FoldedLine(line, counts: 1) == nil { continue }
      examined += 1
      if FoldedLine(line, counts: 2) != nil { double += 1 }
    }
    return double * 2 > examined ? 2 : 1
  }

  private mutating func readPending() throws(ProfileFormatError) {
    let line = pending
    pending.removeAll(keepingCapacity: true)
    try read(line: line.rawSpan)
  }

  private mutating func read(line: RawSpan) throws(ProfileFormatError) {
    lineNumber += 1
    let line = line.trimmingCarriageReturn()
    if line.byteCount == 0 || line.isBlank || FoldedLine.isComment(line) { return }
    guard let parsed = FoldedLine(line, counts: countsInLine ?? 1) else {
      badLines += 1
      firstBadLine = firstBadLine ?? lineNumber
      return
    }
    let sum = total.addingReportingOverflow(parsed.count.ceiling)
    let baselineSum = baselineTotal.addingReportingOverflow(parsed.baseline.ceiling)
    // Views add weights up without asking again.
    guard !sum.overflow, !baselineSum.overflow else { throw .countTooLarge(line: lineNumber) }
    total = sum.partialValue
    baselineTotal = baselineSum.partialValue
    goodLines += 1
    if parsed.count.fraction != 0 || parsed.baseline.fraction != 0 { roundedCounts += 1 }
    let stack = intern(stack: line.extracting(0..<parsed.stackEnd))
    guard countsInLine == 2 || parsed.count.ceiling > 0 else { return }
    add(stack, parsed.count, parsed.baseline)
    try budget.check(builder.profile)
  }

  /// Adds a sample, or its weight to the last one of the same stack and thread.
  private mutating func add(_ stack: StackID?, _ weight: FoldedLine.Count, _ before: FoldedLine.Count) {
    let count = builder.profile.samples.count
    if fractions.isEmpty, weight.fraction != 0 || before.fraction != 0 {
      fractions = Array(repeating: (0, 0), count: count)
    }
    let hasFractions = !fractions.isEmpty || weight.fraction != 0 || before.fraction != 0
    if let stack {
      if sampleOfStack.count <= stack.index {
        sampleOfStack.append(contentsOf: repeatElement(0, count: builder.profile.stacks.count - sampleOfStack.count))
      }
      let known = Int(sampleOfStack[stack.index]) - 1
      if known >= 0, builder.profile.samples[known].thread == thread {
        builder.profile.samples[known].weight += weight.whole
        if countsInLine == 2 { baseline[known] += before.whole }
        if hasFractions {
          builder.profile.samples[known].weight += Self.carry(weight.fraction, into: &fractions[known].count)
          let carry = Self.carry(before.fraction, into: &fractions[known].baseline)
          if countsInLine == 2 { baseline[known] += carry }
        }
        return
      }
      sampleOfStack[stack.index] = UInt32(truncatingIfNeeded: count + 1)
    }
    if countsInLine == 2 { baseline.append(before.whole) }
    if hasFractions { fractions.append((weight.fraction, before.fraction)) }
    builder.profile.samples.append(Sample(time: 0, thread: thread, stack: stack, weight: weight.whole))
  }

  /// Adds what stands behind two points, and returns 1 when that makes a whole.
  private static func carry(_ fraction: Int64, into sum: inout Int64) -> Int64 {
    sum += fraction
    guard sum >= FoldedLine.Count.fractionUnit else { return 0 }
    sum -= FoldedLine.Count.fractionUnit
    return 1
  }

  /// Rounds the sums of stacks in the order of the tree that they make, so that what is called from a frame, which lies
  /// side by side in it, is in all no more than 1 off.
  private mutating func roundFractions() {
    guard !fractions.isEmpty else { return }
    var rank = [Int](repeating: 0, count: builder.profile.stacks.count)
    var next = 0
    builder.profile.stacks.walk { node in
      next += 1
      rank[node] = next
    } leave: { _ in
    }
    let samples = builder.profile.samples
    let places = samples.indices.map { index in
      (samples[index].thread.index, samples[index].stack.map { rank[$0.index] } ?? 0, index)
    }
    let order = places.sorted(by: <).map(\.2)
    var (rounding, baselineRounding) = (RunningRounding(), RunningRounding())
    for index in order {
      builder.profile.samples[index].weight += rounding.carry(fractions[index].count)
      if countsInLine == 2 { baseline[index] += baselineRounding.carry(fractions[index].baseline) }
    }
    if countsInLine != 2 { builder.profile.samples.removeAll { $0.weight == 0 } }
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
    previous.append(contentsOf: text.extracting(shared..<text.byteCount))
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
      guard hasProcesses else { return enterRoot(named: name, bytes, end: end) }
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

  /// Enters the first frame of a file without processes, of which any may have come before.
  private mutating func enterRoot(named name: Int, _ bytes: RawSpan, end: Int) {
    let nodes = builder.profile.stacks.count
    let stack = builder.intern(parent: nil, frame: frame(named: name, bytes, isRoot: true))
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
