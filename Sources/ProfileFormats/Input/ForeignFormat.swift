import BinaryReading

/// A format that perfprof knows but does not read.
public enum ForeignFormat: Hashable, Sendable, CaseIterable {
  case perfData
  case javaFlightRecording
  case jitDump
  case gmon
  case callgrind
  case goText
  case goTrace
  case sqlite
  case netTrace
  case javaHeapDump
  case chromeProfile
  case chromeTrace
  case firefoxProfile
  case otherJSON
  case xml
  case elf
  case archive
  case otherCompression
  case legacyPprof

  /// Tells by a file's first bytes; nil for none of these.
  init?(_ head: RawSpan) {
    let marks: [(StaticString, ForeignFormat)] = [
      ("PERFILE2", .perfData), ("2ELIFREP", .perfData), ("FLR\u{0}", .javaFlightRecording), ("DTiJ", .jitDump),
      ("JiTD", .jitDump), ("gmon\u{1}", .gmon), ("# callgrind format", .callgrind), ("heap profile:", .goText),
      ("goroutine profile:", .goText), ("threadcreate profile:", .goText), ("--- contention", .goText),
      ("--- heapz", .goText), ("--- threadz", .goText), ("--- Memory", .goText), ("--- mutex:", .goText),
      ("go 1.", .goTrace), ("SQLite format 3", .sqlite),
      ("Nettrace", .netTrace), ("JAVA PROFILE", .javaHeapDump), ("<?xml", .xml), ("<svg", .xml), ("<!DOCTYPE", .xml),
      ("\u{7F}ELF", .elf), ("PK\u{3}\u{4}", .archive), ("BZh", .otherCompression),
    ]
    for (mark, format) in marks where head.hasPrefix(mark) {
      self = format
      return
    }
    if head.byteCount > 5, head.byte(at: 0) == 0xFD, head.extracting(1..<5).equals("7zXZ") {
      self = .otherCompression
    } else if let found = Self.text(head) {
      self = found
    } else if Self.isLegacyPprof(head) {
      self = .legacyPprof
    } else {
      return nil
    }
  }

  private static func text(_ head: RawSpan) -> ForeignFormat? {
    let start = 0..<min(head.byteCount, 4096)
    if head.firstRange(of: "creator: callgrind", in: start) != nil { return .callgrind }
    if head.hasPrefix("events: "), head.firstRange(of: "fn=", in: start) != nil { return .callgrind }
    return nil
  }

  /// What JSON of another kind than speedscope's holds.
  static func json(_ head: RawSpan) -> ForeignFormat {
    let range = 0..<min(head.byteCount, 1 << 16)
    if head.firstRange(of: "\"traceEvents\"", in: range) != nil { return .chromeTrace }
    if head.firstRange(of: "\"nodes\"", in: range) != nil, head.firstRange(of: "\"callFrame\"", in: range) != nil {
      return .chromeProfile
    }
    if head.firstRange(of: "\"preprocessedProfileVersion\"", in: range) != nil
      || head.firstRange(of: "\"meta\"", in: range) != nil
    {
      return .firefoxProfile
    }
    return .otherJSON
  }

  /// The binary CPU profiles of gperftools: a header of words 0, 3, 0, the period, 0.
  private static func isLegacyPprof(_ head: RawSpan) -> Bool {
    // Words of four bytes where a program of 32 bits, or the Java agent, wrote them.
    let narrow: [UInt64] = [3 << 32, 0]
    if head.byteCount >= 24, head.word(at: 0) == narrow[0], head.word(at: 16) == 0 { return true }
    guard head.byteCount >= 40 else { return false }
    return head.word(at: 0) == 0 && head.word(at: 8) == 3 && head.word(at: 16) == 0 && head.word(at: 32) == 0
  }
}
