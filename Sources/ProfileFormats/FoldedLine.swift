import BinaryReading

/// One line of folded stacks: where its stack ends, and its count or counts.
struct FoldedLine {
  /// A count as it stands in the file: whole, and what comes behind the point.
  struct Count: Hashable {
    var whole: Int64 = 0
    /// In units of `fractionUnit`.
    var fraction: Int64 = 0

    /// The next whole number.
    var ceiling: Int64 { fraction > 0 ? whole.addingReportingOverflow(1).overflow ? .max : whole + 1 : whole }

    /// What a fraction counts in one.
    static let fractionUnit: Int64 = 1_000_000_000_000_000_000
  }

  /// The stack is the line's bytes before this offset.
  var stackEnd: Int
  /// The last count.
  var count: Count
  /// The count before it, in a differential line.
  var baseline = Count()
  /// Whether a count had a point.
  var hasFraction: Bool

  /// Splits `line` (without its line end); nil when it doesn't end in that many counts, 1 or 2, or has no stack. Blanks
  /// behind the last count are of no meaning.
  init?(_ line: RawSpan, counts: Int) {
    var end = line.byteCount
    while end > 0, TokenScanner.isBlank(line.byte(at: end - 1)) { end -= 1 }
    guard let last = Self.count(line, endingAt: &end) else { return nil }
    count = last.value
    hasFraction = last.hasPoint
    if counts == 2 {
      guard let first = Self.count(line, endingAt: &end) else { return nil }
      baseline = first.value
      hasFraction = hasFraction || first.hasPoint
    }
    guard end > 0 else { return nil }
    stackEnd = end
  }

  /// Whether a line is a comment: Austin and others write what they know of a file so.
  static func isComment(_ line: RawSpan) -> Bool {
    guard line.byteCount > 0, line.byte(at: 0) == UInt8(ascii: "#") else { return false }
    return line.byteCount == 1 || TokenScanner.isBlank(line.byte(at: 1)) || line.byte(at: 1) == UInt8(ascii: "!")
  }

  /// Reads a number backwards from `end`, and moves `end` before the blanks in front of it.
  private static func count(_ line: RawSpan, endingAt end: inout Int) -> (value: Count, hasPoint: Bool)? {
    var start = end
    var point: Int?
    while start > 0 {
      let byte = line.byte(at: start - 1)
      if byte == UInt8(ascii: "."), point == nil {
        point = start - 1
      } else if !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
        break
      }
      start -= 1
    }
    guard start < end, start > 0, TokenScanner.isBlank(line.byte(at: start - 1)) else { return nil }
    let whole = start..<(point ?? end)
    guard let number = line.decimal(in: whole).flatMap({ Int64(exactly: $0) }) else { return nil }
    var value = Count(whole: number)
    if let point {
      // Digits past the 18th are less than any sum can show.
      let digits = point + 1..<min(end, point + 19)
      guard digits.isEmpty || line.decimal(in: digits) != nil else { return nil }
      var fraction = Int64(clamping: line.decimal(in: digits) ?? 0)
      for _ in digits.count..<18 { fraction *= 10 }
      value.fraction = fraction
    }
    end = start
    while end > 0, TokenScanner.isBlank(line.byte(at: end - 1)) { end -= 1 }
    return (value, point != nil)
  }
}

/// Rounds numbers one after the other so that their sums stay true: the error of any run of them is at most one half on
/// each side.
struct RunningRounding: Sendable {
  private var rest = FoldedLine.Count.fractionUnit / 2

  /// The next number, rounded; nil where it does not fit.
  mutating func round(_ count: FoldedLine.Count) -> Int64? {
    let (sum, overflow) = count.whole.addingReportingOverflow(carry(count.fraction))
    return overflow ? nil : sum
  }

  /// What is added to the whole of the next number, 0 or 1, for what it has behind the point.
  mutating func carry(_ fraction: Int64) -> Int64 {
    rest += fraction
    guard rest >= FoldedLine.Count.fractionUnit else { return 0 }
    rest -= FoldedLine.Count.fractionUnit
    return 1
  }
}
