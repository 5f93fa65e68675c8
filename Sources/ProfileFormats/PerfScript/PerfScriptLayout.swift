import BinaryReading

/// Which columns the lines that begin samples have, as `perf script -F` was asked for.
///
/// perf prints them in one order whatever the order of `-F` (perf-script(1); `perf_sample__fprintf_start` and
/// `process_event` of tools/perf/builtin-script.c):
///
///     swift-frontend 1234/1235 [001] U  1496.018690:    5000000 cpu-clock:pppH:
///     ╰── comm ────╯ ╰pid╯╰tid╯╰cpu╯ ╰misc  time ──╯    ╰period╯ ╰─── event ──╯
///
/// CPU, misc, time of day and period come and go from event to event of one file, so they are optional everywhere;
/// whether there are numbers, a time and an event is what tells layouts apart.
struct PerfScriptLayout: Hashable, Sendable {
  /// The numbers of the thread.
  enum Numbers: UInt8, Sendable {
    case none, one, pair
  }

  var hasComm: Bool
  var numbers: Numbers
  var hasCPU: Bool
  var hasTime: Bool
  var hasEvent: Bool

  /// Whether a line of this layout can't be taken for anything else.
  var isDistinct: Bool { hasTime || hasEvent || hasCPU || numbers == .pair }

  /// How many columns tell of it.
  private var columns: Int {
    (numbers == .none ? 0 : 1) + (hasCPU ? 1 : 0) + (hasTime ? 2 : 0) + (hasEvent ? 1 : 0)
  }

  /// The layout that explains most of `line`; nil for a line without any of the columns.
  ///
  /// With `hasCommColumn` columns begin where perf pads comms to, and nowhere else.
  init?(explaining line: RawSpan, hasCommColumn: Bool = false) {
    if hasCommColumn {
      guard let end = PerfScriptFields.commColumn(line),
        let fields = PerfScriptFields(line, from: end, hasComm: true), !fields.isRecord
      else { return nil }
      self = fields.layout(hasComm: true)
      return
    }
    var best: PerfScriptLayout?
    var tokens = TokenScanner(line)
    var isFirst = true
    var examined = 0
    var start = 0
    while let token = tokens.next() {
      // A comm has at most 15 bytes, so at most 8 words; what programs print as events can be as long as it likes.
      guard examined < 16 else { break }
      examined += 1
      if let fields = PerfScriptFields(line, from: start, hasComm: !isFirst), !fields.isRecord {
        let found = fields.layout(hasComm: !isFirst)
        // A word with a colon is much too common to make an event of alone, as in `init(x: Int)`.
        if found.hasEvent, !found.hasTime, found.numbers == .none, !fields.endsLine(line) {
          start = token.upperBound
          isFirst = false
          continue
        }
        if found.columns > best?.columns ?? 0 { best = found }
      }
      start = token.upperBound
      isFirst = false
    }
    // Behind the last word nothing follows: a comm alone says nothing.
    guard let best else { return nil }
    self = best
  }

  init(hasComm: Bool, numbers: Numbers, hasCPU: Bool, hasTime: Bool, hasEvent: Bool) {
    self.hasComm = hasComm
    self.numbers = numbers
    self.hasCPU = hasCPU
    self.hasTime = hasTime
    self.hasEvent = hasEvent
  }
}

/// The columns behind the comm of a line that begins a sample.
struct PerfScriptFields: Hashable {
  var pid: Int32?
  var tid: Int32?
  var cpu: UInt32?
  /// Nanoseconds.
  var time: UInt64?
  var period: UInt64?
  /// Where the event's name stands, without its closing colon.
  var event: Range<Int>?
  /// Whether a record of another kind than a sample was printed (`--show-task-events` and the like).
  var isRecord = false
  /// Where the first column begins.
  var start: Int
  /// What follows the columns starts here.
  var end: Int

  /// Reads columns from `start` of `line` on; nil where there are none.
  init?(_ line: RawSpan, from start: Int, hasComm: Bool) {
    var tokens = TokenScanner(line, from: start)
    guard var token = tokens.next() else { return nil }
    self.start = token.lowerBound
    end = start
    /// Goes on behind the token; false at the line's end.
    var isAtEnd = false
    if !Self.isPeriod(line, token), let numbers = Self.numbers(line, token) {
      (pid, tid) = numbers
      end = token.upperBound
      if let next = tokens.next() { token = next } else { isAtEnd = true }
    }
    if !isAtEnd, let number = Self.cpu(line, token) {
      cpu = number
      end = token.upperBound
      if let next = tokens.next() { token = next } else { isAtEnd = true }
    }
    if !isAtEnd, end > start, Self.isMisc(line, token) {
      if let next = tokens.next() { token = next } else { isAtEnd = true }
    }
    if !isAtEnd, Self.isDate(line, token) {
      if tokens.next() != nil, let next = tokens.next() { token = next } else { isAtEnd = true }
    }
    if !isAtEnd, let found = Self.time(line, token) {
      time = found
      end = token.upperBound
      if let next = tokens.next() { token = next } else { isAtEnd = true }
    }
    if !isAtEnd, let number = line.decimal(in: token) {
      var after = TokenScanner(line, from: token.upperBound)
      let next = after.next()
      // Digits before a name are an address: a period has an event, another column or nothing behind it.
      let isFollowed = next.map { Self.isEvent(line, $0) || PerfScriptFrame.isPadded(line, $0) } ?? true
      // Without a time between them, a number before the thread's may be a command's last word.
      if isFollowed, time != nil || Self.isPeriod(line, token) {
        period = number
        end = token.upperBound
        if let next { token = next } else { isAtEnd = true }
        _ = tokens.next()
      }
    }
    if !isAtEnd {
      isRecord = line.extracting(token).hasPrefix("PERF_RECORD_")
      if !isRecord, Self.isEvent(line, token) {
        event = token.lowerBound..<token.upperBound - 1
        end = token.upperBound
      }
    }
    guard end > start || isRecord else { return nil }
  }

  /// Where the column of comms ends, which perf pads to 16 bytes in samples without call chain; nil for a line that has
  /// no such column, or nothing of a header behind it.
  static func commColumn(_ line: RawSpan) -> Int? {
    let width = 16
    guard line.byteCount > width + 1, line.byte(at: 0) == 0x20, line.byte(at: width) == 0x20,
      !TokenScanner.isBlank(line.byte(at: width - 1))
    else { return nil }
    var tokens = TokenScanner(line, from: width)
    for _ in 0..<2 {
      if let token = tokens.next(), PerfScriptFrame.isPadded(line, token) { return width }
    }
    guard let fields = PerfScriptFields(line, from: width, hasComm: true) else { return nil }
    return fields.isRecord || fields.layout(hasComm: true).isDistinct ? width : nil
  }

  /// Whether a number is none of a thread: Linux numbers those up to 2^22, and perf pads periods to ten columns.
  private static func isPeriod(_ line: RawSpan, _ token: Range<Int>) -> Bool {
    guard let number = line.decimal(in: token) else { return false }
    var start = token.lowerBound
    while start > 0, line.byte(at: start - 1) == 0x20 { start -= 1 }
    // A blank ends the column before.
    return number > 1 << 22 || start > 0 && token.upperBound - start > 10
  }

  /// Whether nothing but an address follows the columns.
  func endsLine(_ line: RawSpan) -> Bool {
    var rest = TokenScanner(line, from: end)
    return rest.next().map { PerfScriptFrame.isPadded(line, $0) } ?? true
  }

  /// Which columns there are.
  func layout(hasComm: Bool) -> PerfScriptLayout {
    PerfScriptLayout(
      hasComm: hasComm, numbers: tid == nil ? .none : pid == nil ? .one : .pair, hasCPU: cpu != nil,
      hasTime: time != nil, hasEvent: event != nil)
  }

  /// Whether these are the columns of `layout`; a record that is no sample has neither period nor event.
  func fits(_ layout: PerfScriptLayout) -> Bool {
    (tid == nil) == (layout.numbers == .none) && (pid == nil) == (layout.numbers != .pair)
      && (time == nil) == !layout.hasTime && (isRecord || (event == nil) == !layout.hasEvent)
      // Where nothing else tells, the CPU must.
      && (layout.hasTime || layout.hasEvent || isRecord || (cpu == nil) == !layout.hasCPU)
  }

  /// `1235` or `1234/1235`; kernel threads of no process have -1.
  private static func numbers(_ line: RawSpan, _ token: Range<Int>) -> (pid: Int32?, tid: Int32?)? {
    if let slash = line.firstIndex(of: UInt8(ascii: "/"), in: token) {
      guard let pid = number(line, token.lowerBound..<slash), let tid = number(line, slash + 1..<token.upperBound)
      else { return nil }
      return (pid, tid)
    }
    return number(line, token).map { (nil, $0) }
  }

  private static func number(_ line: RawSpan, _ range: Range<Int>) -> Int32? {
    guard let first = range.first else { return nil }
    let isNegative = line.byte(at: first) == UInt8(ascii: "-")
    guard let value = line.decimal(in: isNegative ? first + 1..<range.upperBound : range) else { return nil }
    return Int32(exactly: value).map { isNegative ? -$0 : $0 }
  }

  private static func cpu(_ line: RawSpan, _ token: Range<Int>) -> UInt32? {
    guard token.count > 2, line.byte(at: token.lowerBound) == UInt8(ascii: "["),
      line.byte(at: token.upperBound - 1) == UInt8(ascii: "]")
    else { return nil }
    return line.decimal(in: token.lowerBound + 1..<token.upperBound - 1).flatMap { UInt32(exactly: $0) }
  }

  /// Letters for the mode and what a record was made by.
  private static func isMisc(_ line: RawSpan, _ token: Range<Int>) -> Bool {
    token.count <= 5 && token.allSatisfy { offset in "KUHGgMESp".utf8.contains(line.byte(at: offset)) }
  }

  /// `2026-11-25`, before the time of day.
  private static func isDate(_ line: RawSpan, _ token: Range<Int>) -> Bool {
    token.count == 10 && line.byte(at: token.lowerBound + 4) == UInt8(ascii: "-")
      && line.byte(at: token.lowerBound + 7) == UInt8(ascii: "-")
      && line.decimal(in: token.lowerBound..<token.lowerBound + 4) != nil
  }

  /// `1496.018690:` with any number of decimals up to nine.
  private static func time(_ line: RawSpan, _ token: Range<Int>) -> UInt64? {
    guard token.count > 2, line.byte(at: token.upperBound - 1) == UInt8(ascii: ":"),
      let dot = line.firstIndex(of: UInt8(ascii: "."), in: token),
      let seconds = line.decimal(in: token.lowerBound..<dot)
    else { return nil }
    let decimals = dot + 1..<token.upperBound - 1
    guard (1...9).contains(decimals.count), var fraction = line.decimal(in: decimals) else { return nil }
    for _ in decimals.count..<9 { fraction *= 10 }
    let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carry) = nanoseconds.addingReportingOverflow(fraction)
    return overflow || carry ? nil : sum
  }

  /// An event's name begins with a letter and ends with a colon; tracepoints have one inside, too.
  private static func isEvent(_ line: RawSpan, _ token: Range<Int>) -> Bool {
    guard token.count > 1, line.byte(at: token.upperBound - 1) == UInt8(ascii: ":") else { return false }
    switch line.byte(at: token.lowerBound) {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): break
    default: return false
    }
    return line.firstIndex(of: UInt8(ascii: ";"), in: token) == nil
      && !line.extracting(token).hasPrefix("PERF_RECORD_")
  }
}

extension RawSpan {
  /// Whether these bytes begin with those of `text`.
  func hasPrefix(_ text: StaticString) -> Bool {
    byteCount >= text.utf8CodeUnitCount && extracting(0..<text.utf8CodeUnitCount).equals(text)
  }
}
