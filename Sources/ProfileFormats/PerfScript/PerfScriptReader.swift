import BinaryReading
import ProfileModel

/// Reads what `perf script` prints, in pieces as they come.
///
/// What a line is, is decided by what the lines of the whole file look like (`PerfScriptShape`). Names are taken as they
/// stand: nothing is cut at `(`, split at `->` or stripped of blanks. Each sample keeps the command that it states: a
/// process that runs another program is a process under another name. Every sample counts 1; the periods, where they
/// are printed, are a value type of their own. Samples of different events are of different value types, since nothing
/// is the sum of them, and the first is looked at first, as in other readers of such text.
///
/// - Complexity: O(bytes); memory for distinct lines and stacks.
public struct PerfScriptReader: Sendable {
  private var samples = PerfScriptSamples()
  private var shape: PerfScriptShape?
  /// Where the first line that is no comment begins.
  private var headStart = 0
  private var lines = LineSplitter()
  private let budget = ReadingBudget()
  /// Bytes that wait for the shape.
  private var pending: [UInt8] = []
  private var frameLines = NameTable()
  private var frames: [PerfScriptFrame?] = []
  private var lastModule: String?
  /// The sample that lines are read for, and its frames so far, leaf first.
  private var header: PerfScriptHeader?
  private var stack: [PerfScriptFrame] = []
  private var stackHasTabs = false
  /// The address that stands on the header's line: of data, where a call chain follows.
  private var sampled: PerfScriptFrame?
  private var lineNumber = 0
  private var knownLines = 0
  private var badLines = 0
  private var firstBadLine: Int?

  /// How much of a file decides what its lines look like.
  static let headLength = 1 << 20

  /// A reader of a file's first line.
  public init() {}

  /// Reads all of `bytes`.
  public static func read(_ bytes: RawSpan) throws(ProfileFormatError) -> Profile {
    var reader = PerfScriptReader()
    try reader.consume(bytes)
    return try reader.finish()
  }

  /// Reads the next piece of the file; pieces may end anywhere.
  public mutating func consume(_ bytes: RawSpan) throws(ProfileFormatError) {
    guard shape == nil else { return try read(lines: bytes) }
    pending.append(contentsOf: bytes)
    // A header in comments is of any length.
    headStart = PerfScriptShape.start(pending.rawSpan, from: headStart)
    if headStart >= Self.headLength {
      lineNumber += pending[..<headStart].count { $0 == 0x0A }
      pending.removeFirst(headStart)
      headStart = 0
    }
    try budget.hold(pending.count - bytes.byteCount, .lineBytes)
    if pending.count - headStart >= Self.headLength { try begin() }
  }

  /// Finds the shape by the bytes that waited, and reads them.
  private mutating func begin() throws(ProfileFormatError) {
    let head = pending
    let view = head.rawSpan
    shape = PerfScriptShape(view.extracting(headStart..<view.byteCount))
    guard shape != nil else {
      throw .noSamples(format: "perf script", badLine: head.isEmpty ? nil : 1)
    }
    pending = []
    try read(lines: view)
  }

  private mutating func read(lines bytes: RawSpan) throws(ProfileFormatError) {
    // Taken out of `self`, which the lines are read into.
    var splitter = lines
    lines = LineSplitter()
    try splitter.split(bytes) { line throws(ProfileFormatError) in try read(line: line) }
    lines = splitter
  }

  /// Ends the file and hands over what it held.
  public consuming func finish() throws(ProfileFormatError) -> Profile {
    if shape == nil { try begin() }
    var rest = lines
    try rest.finish { line throws(ProfileFormatError) in try read(line: line) }
    try endSample()
    guard samples.count > 0 else { throw .noSamples(format: "perf script", badLine: firstBadLine) }
    guard badLines <= knownLines else {
      throw .mostlyBadLines(format: "perf script", line: firstBadLine ?? 0, bad: badLines, good: knownLines)
    }
    var profile = samples.finish()
    if shape?.hasShortNumbers == true {
      profile.metadata.say(
        "the number behind each command was taken for its thread's, though perf pads those to five columns: where commands "
          + "end in numbers, print threads (`perf script -F +tid`)")
    }
    if let firstBadLine {
      profile.metadata.say(
        badLines == 1
          ? "line \(firstBadLine) was not understood"
          : "\(badLines) lines were not understood; the first is line \(firstBadLine)")
    }
    return profile
  }

  private mutating func read(line: RawSpan) throws(ProfileFormatError) {
    lineNumber += 1
    let line = line.trimmingCarriageReturn()
    guard line.byteCount > 0, !line.isBlank else { return try endBlock() }
    let hasTab = line.byte(at: 0) == 0x09
    if !hasTab || shape?.framesHaveTabs == false, let next = header(line) {
      try begin(next, line)
    } else if line.byte(at: 0) == UInt8(ascii: "#") {
      return
    } else if header?.isRecord == true, hasTab || line.byte(at: 0) == 0x20 {
      // Some records go on over several lines.
      knownLines += 1
    } else if let frame = frame(line, hasTab: hasTab) {
      if stack.isEmpty { stackHasTabs = hasTab }
      stack.append(frame)
      try budget.hold(stack.count, .depth)
      knownLines += 1
    } else {
      readSupplement(line)
    }
  }

  /// The header that a line is; nil for any other line.
  private func header(_ line: RawSpan) -> PerfScriptHeader? {
    guard let shape, !shape.layouts.isEmpty else { return nil }
    guard shape.isBare else { return PerfScriptHeader(line, shape.layouts, hasCommColumn: shape.hasCommColumn) }
    guard line.byte(at: 0) != UInt8(ascii: "#"), !shape.isBareFrame(line) else { return nil }
    if shape.hasCommColumn {
      guard let end = PerfScriptFields.commColumn(line) else { return nil }
      return PerfScriptHeader(BareHeader(line, commEnd: end), line, hasNumber: shape.layouts[0].numbers == .one)
    }
    // Below frames other lines than headers have marks of their own.
    if header != nil, PerfScriptSupplement(line) != nil { return nil }
    return PerfScriptHeader(bare: line, hasNumber: shape.layouts[0].numbers == .one)
  }

  private mutating func begin(_ next: PerfScriptHeader, _ line: RawSpan) throws(ProfileFormatError) {
    try endSample()
    knownLines += 1
    header = next
    if next.isRecord {
      samples.lost(in: line)
    } else {
      sampled = PerfScriptFrame.sampled(line, from: next.restStart)
    }
  }

  /// A blank line ends a sample; without headers the frames that follow are another.
  private mutating func endBlock() throws(ProfileFormatError) {
    if header?.isRecord == true, stack.isEmpty { return }
    try endSample()
  }

  private mutating func readSupplement(_ line: RawSpan) {
    switch header == nil && stack.isEmpty ? nil : PerfScriptSupplement(line) {
    case .sourceLine(let isInlined):
      if isInlined, !stack.isEmpty {
        stack[stack.count - 1].kind = .inlined
        stack[stack.count - 1].module = nil
        stack[stack.count - 1].line = nil
      }
      knownLines += 1
    case .other: knownLines += 1
    case nil:
      badLines += 1
      firstBadLine = firstBadLine ?? lineNumber
    }
  }

  /// Equal lines give equal frames, and most lines come again.
  private mutating func frame(_ line: RawSpan, hasTab: Bool) -> PerfScriptFrame? {
    guard header != nil && header?.isRecord == false || shape?.layouts.isEmpty == true else { return nil }
    // Frames of one stack are indented alike, so that an address below them is none.
    if !stack.isEmpty, stackHasTabs != hasTab { return nil }
    if shape?.framesHaveTabs == true, !hasTab { return nil }
    let (index, isNew) = frameLines.intern(line)
    if isNew {
      var frame = PerfScriptFrame(line)
      frame?.line = UInt32(truncatingIfNeeded: index)
      // Most lines are of the module of the line before, whose text they share then.
      if let module = lastModule, frame?.module == module { frame?.module = module }
      lastModule = frame?.module
      frames.append(frame)
    }
    return frames[index]
  }

  private mutating func endSample() throws(ProfileFormatError) {
    defer {
      header = nil
      sampled = nil
      stack.removeAll(keepingCapacity: true)
    }
    guard let header = header ?? (stack.isEmpty ? nil : PerfScriptHeader.none), !header.isRecord else { return }
    if stack.isEmpty, let sampled { stack.append(sampled) }
    try samples.add(header, stack, line: lineNumber)
  }
}

extension PerfScriptShape {
  /// Where the first line starts that is no comment; `start` is the start of a line.
  static func start(_ bytes: RawSpan, from start: Int = 0) -> Int {
    var start = start
    while start < bytes.byteCount, bytes.byte(at: start) == UInt8(ascii: "#") {
      guard let end = bytes.firstIndex(of: 0x0A, in: start..<bytes.byteCount) else { return start }
      start = end + 1
    }
    return start
  }
}

extension PerfScriptHeader {
  /// What stands before a stack in a file without headers.
  static var none: PerfScriptHeader { PerfScriptHeader() }

  private init() {
    (comm, event, isRecord, restStart) = ("", "", false, 0)
  }

  /// A header that is but a comm and perhaps a number.
  init(bare line: RawSpan, hasNumber: Bool) {
    self.init(BareHeader(line), line, hasNumber: hasNumber)
  }

  init(_ bare: BareHeader, _ line: RawSpan, hasNumber: Bool) {
    self.init()
    comm = line.extracting(hasNumber ? bare.comm : bare.commWithNumber).text()
    tid = hasNumber ? bare.number : nil
    restStart = bare.restStart
  }
}
