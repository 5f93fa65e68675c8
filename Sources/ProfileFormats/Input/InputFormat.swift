import BinaryReading

/// What a file that profiles are read from holds, as its content tells.
public enum InputFormat: Hashable, Sendable {
  /// perfprof's own recording.
  case recording
  /// Folded stacks, plain or differential.
  case folded
  /// A pprof protocol buffer.
  case pprof
  /// What `perf script` prints.
  case perfScript
  /// JSON of <https://www.speedscope.app>.
  case speedscope

  /// The first bytes of every recording.
  public static let recordingMagic = Array("PERFPROF".utf8)

  /// How many bytes from a file's start are enough to tell, as a rule.
  public static let headLength = 65_536
  /// The most that are looked at.
  public static let longestHead = 1 << 26

  /// What the first bytes of a file tell.
  public enum Recognition: Hashable, Sendable {
    /// It is read.
    case known(InputFormat)
    /// It is known, but not read.
    case foreign(ForeignFormat)
    /// Comments, or one long line: more bytes are needed.
    case undecided
    /// Nothing that is known.
    case unknown
  }

  /// Recognizes a file by its first bytes, unpacked and in UTF-8; nil when it's none of these.
  ///
  /// - Complexity: O(bytes given)
  public init?(content head: RawSpan) {
    guard case .known(let format) = Self.recognize(head, isWhole: true) else { return nil }
    self = format
  }

  /// Recognizes a file by its first bytes, unpacked and in UTF-8.
  ///
  /// - Parameter isWhole: Whether these are all there are.
  /// - Complexity: O(bytes given)
  public static func recognize(_ head: RawSpan, isWhole: Bool) -> Recognition {
    if begins(head, with: recordingMagic) { return .known(.recording) }
    if let foreign = ForeignFormat(head) { return .foreign(foreign) }
    if isText(head) { return text(head, isWhole: isWhole) }
    return PprofWireCheck.looksLikeProfile(head) ? .known(.pprof) : .unknown
  }

  private static func begins(_ head: RawSpan, with magic: [UInt8]) -> Bool {
    guard head.byteCount >= magic.count else { return false }
    for (offset, byte) in magic.enumerated() where head.byte(at: offset) != byte { return false }
    return true
  }

  /// Text has no control characters but blanks and line ends, and is not empty.
  private static func isText(_ head: RawSpan) -> Bool {
    for offset in 0..<min(head.byteCount, headLength) {
      switch head.byte(at: offset) {
      case 0x09, 0x0A, 0x0D, 0x1B, 0x20...: continue
      default: return false
      }
    }
    return head.byteCount > 0
  }

  private static func text(_ head: RawSpan, isWhole: Bool) -> Recognition {
    if let first = (0..<head.byteCount).first(where: { head.byte(at: $0) > 0x20 }),
      head.byte(at: first) == UInt8(ascii: "{")
    {
      return json(head, isWhole: isWhole)
    }
    // Comments are of any length, and so is a first line.
    let start = PerfScriptShape.start(head)
    var end = head.byteCount
    if !isWhole {
      while end > start, head.byte(at: end - 1) != 0x0A { end -= 1 }
      if end == start, head.byteCount < longestHead { return .undecided }
      if end == start { end = head.byteCount }
    }
    let lines = head.extracting(start..<end)
    if PerfScriptShape(lines) != nil { return .known(.perfScript) }
    // Mappings of everything that ran already come before the first sample (`--show-mmap-events`).
    let begin = lines.extracting(0..<min(lines.byteCount, 4096))
    if !isWhole, head.byteCount < PerfScriptReader.headLength,
      begin.firstRange(of: " PERF_RECORD_", in: 0..<begin.byteCount) != nil
    {
      return .undecided
    }
    return hasFoldedLine(lines) ? .known(.folded) : .unknown
  }

  private static func json(_ head: RawSpan, isWhole: Bool) -> Recognition {
    let range = 0..<head.byteCount
    let isSpeedscope =
      head.firstRange(of: "speedscope.app/file-format-schema.json", in: range) != nil
      || head.firstRange(of: "\"shared\"", in: range) != nil
        && head.firstRange(of: "\"preprocessedProfileVersion\"", in: range) == nil
    if isSpeedscope { return .known(.speedscope) }
    let foreign = ForeignFormat.json(head)
    // The schema's name may stand at the end.
    guard foreign == .otherJSON, !isWhole, head.byteCount < longestHead else { return .foreign(foreign) }
    return .undecided
  }

  /// Whether one of the first lines that are neither blank nor comments is a stack with a count.
  private static func hasFoldedLine(_ head: RawSpan) -> Bool {
    var start = 0
    var examined = 0
    while start < head.byteCount, examined < 64 {
      let end = head.firstIndex(of: 0x0A, in: start..<head.byteCount) ?? head.byteCount
      let line = head.extracting(start..<end).trimmingCarriageReturn()
      start = end + 1
      if line.byteCount == 0 || line.byte(at: 0) == UInt8(ascii: "#") { continue }
      examined += 1
      if FoldedLine(line, counts: 1) != nil { return true }
    }
    return false
  }
}
