import BinaryReading

/// What the lines of one file look like: by it, and not by the line before, each line is told to begin a sample or to
/// belong to one.
///
/// perf prints what it was asked for, indents headers as much as frames where samples have no call chain, and calls
/// processes by names that are hexadecimal numbers (`dd`, `cc1`); and blanks get lost on the way.
struct PerfScriptShape {
  /// Layouts of headers, the most common first; none where samples have no header at all (`-F ip,sym`).
  var layouts: [PerfScriptLayout]
  /// Whether headers are of a comm and a number at most, which any words could be: then it's their place that counts.
  var isBare = false
  /// Whether frames begin with a tab: then a line that doesn't is none.
  var framesHaveTabs = false

  /// Whether comms are padded to a column of their own, as in samples without call chain: nothing in them is anything
  /// else then.
  var hasCommColumn = false

  /// Whether numbers were taken for threads' that are shorter than perf prints those, and may be words of commands.
  var hasShortNumbers = false

  /// How many lines are looked at.
  private static let limit = 20_000

  /// Tells by the first lines of a file, of which the last may be cut; nil for text of another kind.
  init?(_ head: RawSpan) {
    hasCommColumn = Self.hasCommColumn(head)
    layouts = Self.layouts(head, &framesHaveTabs, hasCommColumn, &hasShortNumbers)
    if layouts.isEmpty {
      let found = hasCommColumn ? Self.columnLayout(head) : Self.bareLayout(head, framesHaveTabs)
      guard let bare = found else { return nil }
      layouts = bare
      isBare = true
    }
  }

  /// Whether nearly all lines have their comms in a column.
  private static func hasCommColumn(_ head: RawSpan) -> Bool {
    var columns = 0
    var others = 0
    var hasTabs = false
    forEachLine(head) { line in
      if PerfScriptFields.commColumn(line) != nil {
        columns += 1
      } else if line.byte(at: 0) == 0x09 {
        hasTabs = true
      } else if PerfScriptSupplement(line) == nil {
        others += 1
      }
    }
    return columns > 0 && !hasTabs && others * 20 <= columns
  }

  /// The layout of headers that are but a comm in its column and perhaps a number, before an address.
  private static func columnLayout(_ head: RawSpan) -> [PerfScriptLayout] {
    var hasNumbers = true
    forEachLine(head) { line in
      guard let end = PerfScriptFields.commColumn(line) else { return }
      hasNumbers = hasNumbers && BareHeader(line, commEnd: end).number != nil
    }
    return [
      PerfScriptLayout(
        hasComm: true, numbers: hasNumbers ? .one : .none, hasCPU: false, hasTime: false, hasEvent: false)
    ]
  }

  /// Layouts that can't be mistaken, by votes of all lines.
  private static func layouts(
    _ head: RawSpan, _ framesHaveTabs: inout Bool, _ hasCommColumn: Bool, _ hasShortNumbers: inout Bool
  ) -> [PerfScriptLayout] {
    var votes: [PerfScriptLayout: Int] = [:]
    var hasFrames = false
    forEachLine(head) { line in
      guard !isFrameByIndent(line) else {
        hasFrames = true
        framesHaveTabs = framesHaveTabs || line.byte(at: 0) == 0x09
        return
      }
      guard var layout = PerfScriptLayout(explaining: line, hasCommColumn: hasCommColumn), layout.isDistinct else {
        if PerfScriptFrame(line) != nil { hasFrames = true }
        return
      }
      hasFrames = hasFrames || BareHeader(line).hasAddress
      // The CPU comes and goes with the event.
      if layout.hasTime || layout.hasEvent { layout.hasCPU = false }
      votes[layout, default: 0] += 1
    }
    let all = votes.values.reduce(0, +)
    var chosen = votes.filter { $0.value * 20 >= all }
    if chosen.keys.contains(where: \.hasTime) { chosen = chosen.filter(\.key.hasTime) }
    // Without a time and without any frame, words with a colon make no profile.
    if !hasFrames { chosen = chosen.filter { $0.key.hasTime && ($0.key.hasEvent || $0.key.numbers != .none) } }
    // All headers of a file have the thread's numbers or none has: where some have none, those of others are words of
    // their comms.
    chosen = chosen.filter { layout, _ in
      var without = layout
      without.numbers = .none
      return layout.numbers != .one || chosen[without] == nil
    }
    chosen = withoutWordsAsNumbers(chosen, head, &hasShortNumbers)
    return chosen.sorted { left, right in
      left.value == right.value ? left.key.isOrdered(before: right.key) : left.value > right.value
    }.map(\.key)
  }

  /// Takes numbers for words of comms where they can be no threads': perf pads those to five columns and more, so that a
  /// short one behind a single blank is none, nor are others in its place, unless the file's blanks were squeezed.
  private static func withoutWordsAsNumbers(
    _ chosen: [PerfScriptLayout: Int], _ head: RawSpan, _ hasShortNumbers: inout Bool
  ) -> [PerfScriptLayout: Int] {
    // Text written by hand as an example has times and no padding: there a number is the thread's. Where all else is as
    // perf prints it, nobody can tell.
    var isPadded = hasOwnFrames(head)
    let suspects = chosen.keys.filter { $0.hasComm && $0.numbers == .one && (!$0.hasTime || isPadded) }
    guard !suspects.isEmpty else { return chosen }
    var refuted: Set<PerfScriptLayout> = []
    forEachLine(head) { line in
      isPadded = isPadded || hasPadding(line)
      for layout in suspects where !isFrameByIndent(line) && !refuted.contains(layout) {
        guard let number = PerfScriptHeader.numberColumn(line, layout), isWord(line, number) else { continue }
        if layout.hasTime { hasShortNumbers = true } else { refuted.insert(layout) }
      }
    }
    guard isPadded else { return chosen }
    var result: [PerfScriptLayout: Int] = [:]
    for (layout, votes) in chosen {
      var layout = layout
      if refuted.contains(layout) { layout.numbers = .none }
      result[layout, default: 0] += votes
    }
    return result
  }

  /// Whether a number has too few digits for the blanks before it to be a thread's, which perf pads to five columns.
  private static func isWord(_ line: RawSpan, _ number: Range<Int>) -> Bool {
    let start = number.lowerBound
    return number.count < 5 && start > 1 && TokenScanner.isBlank(line.byte(at: start - 1))
      && !TokenScanner.isBlank(line.byte(at: start - 2))
  }

  /// Whether frames stand as perf prints them, behind a tab and padded: then no blank was lost anywhere.
  private static func hasOwnFrames(_ head: RawSpan) -> Bool {
    var frames = 0
    var others = 0
    forEachLine(head) { line in
      guard line.byte(at: 0) == 0x09 else { return }
      var tokens = TokenScanner(line)
      if let first = tokens.next(), PerfScriptFrame.isPadded(line, first) { frames += 1 } else { others += 1 }
    }
    return frames > 0 && others * 20 <= frames
  }

  /// Whether several blanks stand side by side, in front of the line's first word or between two.
  private static func hasPadding(_ line: RawSpan) -> Bool {
    var end = line.byteCount
    while end > 0, TokenScanner.isBlank(line.byte(at: end - 1)) { end -= 1 }
    for offset in 1..<max(1, end) where line.byte(at: offset) == 0x20 && line.byte(at: offset - 1) == 0x20 {
      return true
    }
    return false
  }

  /// The layout of headers that are but a comm and perhaps a number, where all lines are such or frames.
  private static func bareLayout(_ head: RawSpan, _ framesHaveTabs: Bool) -> [PerfScriptLayout]? {
    var frames = 0
    var headers = 0
    var numbered = 0
    var hasOpenHeader = false
    var others = 0
    // Behind a blank line comes a header, even one that might be an address, like `dd`; a sample may have no frames.
    let hasBlocks = framesHaveTabs && hasOwnFrames(head)
    var hasWords = false
    forEachLine(head) { line, isFirst in
      if hasBlocks, isFirst { hasOpenHeader = false }
      if Self.isBareFrame(line, framesHaveTabs) {
        frames += 1
        hasOpenHeader = false
      } else if !(hasBlocks && isFirst), PerfScriptSupplement(line) != nil, !hasOpenHeader {
        return
      } else {
        let bare = BareHeader(line)
        if hasOpenHeader { others += 1 }
        headers += 1
        numbered += bare.number == nil ? 0 : 1
        if hasBlocks, bare.number != nil {
          hasWords = hasWords || isWord(line, bare.digits)
        }
        if bare.hasAddress { frames += 1 } else { hasOpenHeader = true }
      }
    }
    guard frames > 0, others == 0, headers > 0 || framesHaveTabs else { return nil }
    guard headers > 0 else { return [] }
    return [
      PerfScriptLayout(
        hasComm: true, numbers: numbered == headers && !hasWords ? .one : .none, hasCPU: false, hasTime: false,
        hasEvent: false)
    ]
  }

  /// Whether a line belongs to the sample above it, in a file of bare headers.
  func isBareFrame(_ line: RawSpan) -> Bool {
    if hasCommColumn, PerfScriptFields.commColumn(line) != nil { return false }
    return Self.isBareFrame(line, framesHaveTabs)
  }

  private static func isBareFrame(_ line: RawSpan, _ framesHaveTabs: Bool) -> Bool {
    if framesHaveTabs { return line.byte(at: 0) == 0x09 }
    var tokens = TokenScanner(line)
    guard let first = tokens.next(), PerfScriptFrame.isPadded(line, first) else { return false }
    // A comm like `dd`, padded, stands before an address that is.
    return !BareHeader(line).hasAddress
  }

  /// Whether the line begins with an address that is padded behind a tab, as no header does.
  private static func isFrameByIndent(_ line: RawSpan) -> Bool {
    guard line.byte(at: 0) == 0x09 else { return false }
    var tokens = TokenScanner(line)
    return tokens.next().map { PerfScriptFrame.isPadded(line, $0) || line.hexadecimal(in: $0) != nil } ?? false
  }

  private static func forEachLine(_ head: RawSpan, _ body: (RawSpan) -> Void) {
    forEachLine(head) { line, _ in body(line) }
  }

  /// Calls `body` with each line that is neither blank nor a comment, and whether a blank line or none is above it.
  private static func forEachLine(_ head: RawSpan, _ body: (RawSpan, Bool) -> Void) {
    var isFirst = true
    var start = 0
    var examined = 0
    while start < head.byteCount, examined < limit {
      let end = head.firstIndex(of: 0x0A, in: start..<head.byteCount) ?? head.byteCount
      let line = head.extracting(start..<end).trimmingCarriageReturn()
      start = end + 1
      guard line.byteCount > 0, !line.isBlank else {
        isFirst = true
        continue
      }
      guard line.byte(at: 0) != UInt8(ascii: "#") else { continue }
      examined += 1
      body(line, isFirst)
      isFirst = false
    }
  }
}

/// A header of a comm and perhaps a number, and whether an address follows on the same line.
struct BareHeader {
  /// Where the comm stands.
  var comm: Range<Int>
  /// The last word, where it is a number behind a comm.
  var number: Int32?
  /// Where that stands.
  var digits: Range<Int> = 0..<0
  /// Where the comm stands if the number is none of its own.
  var commWithNumber: Range<Int>
  var hasAddress = false
  /// Where the address or nothing follows.
  var restStart: Int

  /// Reads a header whose comm ends at `end`, in a column of its own.
  init(_ line: RawSpan, commEnd end: Int) {
    var start = 0
    while start < end, TokenScanner.isBlank(line.byte(at: start)) { start += 1 }
    comm = start..<end
    commWithNumber = comm
    hasAddress = true
    restStart = end
    var tokens = TokenScanner(line, from: end)
    if let token = tokens.next(), !PerfScriptFrame.isPadded(line, token), let value = line.decimal(in: token) {
      // Greater numbers are periods.
      number = value <= 1 << 22 ? Int32(exactly: value) : nil
      restStart = token.upperBound
    }
  }

  init(_ line: RawSpan) {
    var tokens = TokenScanner(line)
    var words: [Range<Int>] = []
    restStart = line.byteCount
    while let token = tokens.next(), words.count < 32 {
      if !words.isEmpty, PerfScriptFrame.isPadded(line, token) {
        // Numbers of threads are padded to no more than eight columns.
        hasAddress = true
        restStart = words.last?.upperBound ?? 0
        break
      }
      words.append(token)
    }
    let start = words.first?.lowerBound ?? 0
    let end = words.last?.upperBound ?? 0
    commWithNumber = start..<end
    if words.count > 1, let last = words.last, let value = line.decimal(in: last), let number = Int32(exactly: value) {
      self.number = number
      digits = last
      comm = start..<words[words.count - 2].upperBound
    } else {
      comm = start..<end
    }
  }
}

extension PerfScriptLayout {
  /// An order for layouts with as many votes.
  fileprivate func isOrdered(before other: PerfScriptLayout) -> Bool {
    func rank(_ layout: PerfScriptLayout) -> Int {
      (layout.hasComm ? 16 : 0) + (layout.hasTime ? 8 : 0) + (layout.hasEvent ? 4 : 0) + Int(layout.numbers.rawValue)
    }
    return rank(self) > rank(other)
  }
}

extension RawSpan {
  /// Whether there is nothing but blanks.
  var isBlank: Bool {
    for offset in 0..<byteCount where !TokenScanner.isBlank(byte(at: offset)) { return false }
    return true
  }
}
