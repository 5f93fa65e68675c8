import BinaryReading

/// What a file that profiles are read from holds, as its content tells.
public enum InputFormat: Hashable, Sendable {
  /// perfprof's own recording.
  case recording
  /// Folded stacks, plain or differential.
  case folded
  /// A pprof protocol buffer, compressed or not.
  case pprof
  /// What `perf script` prints.
  case perfScript

  /// The first bytes of every recording.
  public static let recordingMagic = Array("PERFPROF".utf8)

  /// How many bytes from a file's start are enough for `init(content:)`.
  public static let headLength = 65_536

  /// Recognizes a file by its first bytes (`headLength` of them, or all there are); nil when it's none of these.
  ///
  /// - Complexity: O(bytes given)
  public init?(content head: RawSpan) {
    if Self.begins(head, with: Self.recordingMagic) {
      self = .recording
    } else if Self.begins(head, with: [0x1F, 0x8B]) {
      self = .pprof
    } else if Self.isText(head) {
      guard let text = Self.textFormat(head) else { return nil }
      self = text
    } else if PprofWireCheck.looksLikeProfile(head) {
      self = .pprof
    } else {
      return nil
    }
  }

  private static func begins(_ head: RawSpan, with magic: [UInt8]) -> Bool {
    guard head.byteCount >= magic.count else { return false }
    for (offset, byte) in magic.enumerated() where head.byte(at: offset) != byte { return false }
    return true
  }

  /// Text has no control characters but blanks and line ends, and is not empty.
  private static func isText(_ head: RawSpan) -> Bool {
    for offset in 0..<head.byteCount {
      switch head.byte(at: offset) {
      case 0x09, 0x0A, 0x0D, 0x1B, 0x20...: continue
      default: return false
      }
    }
    return head.byteCount > 0
  }

  /// By the first lines that are neither blank nor comments: the first that either grammar accepts decides.
  private static func textFormat(_ head: RawSpan) -> InputFormat? {
    var start = 0
    var examined = 0
    while start < head.byteCount, examined < 64 {
      let end = head.firstIndex(of: 0x0A, in: start..<head.byteCount) ?? head.byteCount
      let line = head.extracting(start..<end).trimmingCarriageReturn()
      start = end + 1
      if line.byteCount == 0 || line.byte(at: 0) == UInt8(ascii: "#") { continue }
      examined += 1
      // A header of perf script may end like a folded line; a folded line never has a header's shape.
      if PerfScriptHeader(line) != nil { return .perfScript }
      if FoldedLine(line, counts: 1) != nil { return .folded }
    }
    return nil
  }
}
