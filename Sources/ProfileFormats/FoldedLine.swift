import BinaryReading

/// One line of folded stacks: where its stack ends, and its count or counts.
struct FoldedLine {
  /// The stack is the line's bytes before this offset.
  var stackEnd: Int
  /// The last count.
  var count: Int64
  /// The count before it, in a differential line.
  var baseline: Int64
  /// Whether a count had a fraction, which is rounded away.
  var isRounded: Bool

  /// Splits `line` (without its line end); nil when it doesn't end in that many counts, 1 or 2, or has no stack.
  init?(_ line: RawSpan, counts: Int) {
    var end = line.byteCount
    guard let last = Self.count(line, endingAt: &end) else { return nil }
    count = last.value
    baseline = 0
    isRounded = last.isRounded
    if counts == 2 {
      guard let first = Self.count(line, endingAt: &end) else { return nil }
      baseline = first.value
      isRounded = isRounded || first.isRounded
    }
    guard end > 0 else { return nil }
    stackEnd = end
  }

  /// Reads a number backwards from `end`, and moves `end` before the blanks in front of it.
  private static func count(_ line: RawSpan, endingAt end: inout Int) -> (value: Int64, isRounded: Bool)? {
    var value: Int64 = 0
    var unit: Int64 = 1
    var position = end
    var digits = 0
    var isRounded = false
    scan: while position > 0 {
      let byte = line.byte(at: position - 1)
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        let digit = Int64(byte - UInt8(ascii: "0"))
        if digit != 0 {
          let product = digit.multipliedReportingOverflow(by: unit)
          let sum = value.addingReportingOverflow(product.partialValue)
          guard unit != 0, !product.overflow, !sum.overflow else { return nil }
          value = sum.partialValue
        }
        // Past the 19th digit only zeros fit: a unit of 0 stands for a power that is too large.
        unit = unit > Int64.max / 10 ? 0 : unit * 10
        digits += 1
      case UInt8(ascii: "."):
        guard !isRounded, position >= 2 else { return nil }
        // What was read so far is the fraction.
        let roundsUp = unit > 1 && value >= unit / 2
        isRounded = true
        value = 0
        unit = 1
        digits = 0
        position -= 1
        guard let whole = Self.wholePart(line, before: &position) else { return nil }
        let sum = whole.addingReportingOverflow(roundsUp ? 1 : 0)
        guard !sum.overflow else { return nil }
        value = sum.partialValue
        digits = 1
        break scan
      default: break scan
      }
      position -= 1
    }
    guard digits > 0, position > 0, isBlank(line.byte(at: position - 1)) else { return nil }
    while position > 0, isBlank(line.byte(at: position - 1)) { position -= 1 }
    end = position
    return (value, isRounded)
  }

  private static func wholePart(_ line: RawSpan, before position: inout Int) -> Int64? {
    var start = position
    while start > 0, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(line.byte(at: start - 1)) { start -= 1 }
    defer { position = start }
    return Int64(line.extracting(start..<position).text())
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
