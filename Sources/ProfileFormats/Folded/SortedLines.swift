import BinaryReading

/// Lines of text in one buffer, ordered as `LC_ALL=C sort` does.
///
/// Sorting compares eight bytes at once, which it keeps beside each line, and goes on behind what lines have in common
/// only among those whose eight bytes are the same:
///
///     main;parse;lex 3     ├─ common ──┤├─ 8 ──┤
///     main;parse;emit 12   main;parse;  emit 12⏎
///     main;parse;lex;is 1  main;parse;  lex 3⏎⋯⋯   equal to none
///                          main;parse;  lex;is 1
struct SortedLines {
  private struct Line {
    /// Eight bytes from where the lines of a group begin to differ, the first in the highest bits; zeros past the end.
    var word: UInt64 = 0
    var start: Int
    var end: Int
  }

  private var text: [UInt8] = []
  private var lines: [Line] = []

  /// Without lines, with room for some.
  init(count: Int) { lines.reserveCapacity(count) }

  /// The number of lines.
  var count: Int { lines.count }

  /// A line in order.
  func bytes(at index: Int) -> ArraySlice<UInt8> { text[lines[index].start..<lines[index].end] }

  /// Adds what `body` appends as a line; it must end with a line break and have no other.
  mutating func add(_ body: (inout [UInt8]) -> Void) {
    let start = text.count
    body(&text)
    lines.append(Line(start: start, end: text.count))
  }

  /// Orders the lines.
  ///
  /// - Complexity: O(bytes + lines · log(lines)) where lines differ soon; no more than O(bytes) for what they share.
  mutating func sort() {
    // Taken out of `self`, whose text is looked at meanwhile.
    var sorted = lines
    lines = []
    Self.sort(&sorted, in: text.rawSpan)
    lines = sorted
  }

  private static func sort(_ lines: inout [Line], in text: RawSpan) {
    var groups = [(range: lines.indices, shared: 0)]
    while let (range, offset) = groups.popLast() {
      let shared = shared(lines, range, from: offset, in: text)
      for index in range {
        lines[index].word = word(lines[index], at: shared, in: text)
      }
      // A part is sorted as a copy, which for the whole would take as much again.
      if range.count == lines.count {
        lines.sort { $0.word < $1.word }
      } else {
        lines[range].sort { $0.word < $1.word }
      }
      var start = range.lowerBound
      for index in range where index + 1 == range.upperBound || lines[index + 1].word != lines[start].word {
        // Equal lines end together: nothing is left to tell them apart.
        if index > start, lines[start].end - lines[start].start > shared + 8 {
          groups.append((start..<index + 1, shared + 8))
        }
        start = index + 1
      }
    }
  }

  /// How many bytes all lines of a group begin with, of which `known` are known.
  private static func shared(_ lines: [Line], _ range: Range<Int>, from known: Int, in text: RawSpan) -> Int {
    guard let first = range.first else { return known }
    var reference = text.extracting(lines[first].start + known..<lines[first].end)
    for index in range.dropFirst() {
      let line = text.extracting(lines[index].start + known..<lines[index].end)
      reference = reference.extracting(0..<reference.commonPrefixLength(with: line))
    }
    return known + reference.byteCount
  }

  /// The eight bytes of a line from `offset` on.
  private static func word(_ line: Line, at offset: Int, in text: RawSpan) -> UInt64 {
    let start = line.start + offset
    if line.end - start >= 8 { return text.word(at: start).byteSwapped }
    var word: UInt64 = 0
    for index in 0..<8 {
      word = word << 8 | (start + index < line.end ? UInt64(text.byte(at: start + index)) : 0)
    }
    return word
  }
}
