import BinaryReading

/// The line that begins a sample in the output of `perf script`.
///
///     swift-frontend 1234/1235 [001]  1496.018690:    5000000 cpu-clock:pppH:
///     ╰── comm ────╯ ╰pid╯╰tid╯╰cpu╯ ╰── time ──╯    ╰period╯ ╰─── event ──╯
///
/// Which of pid, cpu, time and period are there is up to the user's `-F`; tid and event always are. A comm may hold
/// anything, blanks and digits included, so the fields are found from the first number on that fits all that follows.
struct PerfScriptHeader {
  /// The thread's name.
  var comm: String
  /// The process's number, where given.
  var pid: Int32?
  /// The thread's number.
  var tid: Int32
  /// Nanoseconds on the recording's clock, where given.
  var time: UInt64?
  /// The event's name, without its closing colon.
  var event: String
  /// What follows the event on the same line starts here: a single address and its symbol, or nothing.
  var restStart: Int

  /// Reads a header; nil for any other line.
  init?(_ line: RawSpan) {
    var tokens = TokenScanner(line)
    guard let first = tokens.next() else { return nil }
    var candidate = tokens.next()
    while let token = candidate {
      if let number = Self.threadNumber(line.extracting(token)) {
        var rest = TokenScanner(line, from: token.upperBound)
        if let fields = Self.fields(line, &rest) {
          var end = token.lowerBound
          while end > 0, line.byte(at: end - 1) == 0x20 || line.byte(at: end - 1) == 0x09 { end -= 1 }
          comm = line.extracting(first.lowerBound..<end).text()
          pid = number.pid
          tid = number.tid
          time = fields.time
          event = fields.event
          restStart = rest.offset
          return
        }
      }
      candidate = tokens.next()
    }
    return nil
  }

  /// `1235` or `1234/1235`; kernel threads of no process have -1.
  private static func threadNumber(_ token: RawSpan) -> (pid: Int32?, tid: Int32)? {
    guard let first = token.byteCount > 0 ? token.byte(at: 0) : nil, first == UInt8(ascii: "-") || isDigit(first)
    else { return nil }
    if let slash = token.firstIndex(of: UInt8(ascii: "/"), in: 0..<token.byteCount) {
      guard let pid = Int32(token.extracting(0..<slash).text()),
        let tid = Int32(token.extracting(slash + 1..<token.byteCount).text())
      else { return nil }
      return (pid, tid)
    }
    return Int32(token.text()).map { (nil, $0) }
  }

  private static func fields(_ line: RawSpan, _ tokens: inout TokenScanner) -> (time: UInt64?, event: String)? {
    guard var token = tokens.next() else { return nil }
    var time: UInt64?
    if line.byte(at: token.lowerBound) == UInt8(ascii: "["), line.byte(at: token.upperBound - 1) == UInt8(ascii: "]") {
      let inside = line.extracting(token.lowerBound + 1..<token.upperBound - 1)
      guard UInt32(inside.text()) != nil, let next = tokens.next() else { return nil }
      token = next
    }
    if let parsed = Self.time(line.extracting(token)) {
      time = parsed
      guard let next = tokens.next() else { return nil }
      token = next
    }
    if UInt64(line.extracting(token).text()) != nil {
      guard let next = tokens.next() else { return nil }
      token = next
    }
    // An event's name begins with a letter and ends with a colon; tracepoints have one inside, too.
    let event = line.extracting(token)
    guard event.byteCount > 1, event.byte(at: event.byteCount - 1) == UInt8(ascii: ":"), !isDigit(event.byte(at: 0)),
      event.firstIndex(of: UInt8(ascii: ";"), in: 0..<event.byteCount) == nil
    else { return nil }
    return (time, event.extracting(0..<event.byteCount - 1).text())
  }

  /// `1496.018690:` with any number of decimals up to nine.
  private static func time(_ token: RawSpan) -> UInt64? {
    guard token.byteCount > 2, token.byte(at: token.byteCount - 1) == UInt8(ascii: ":"),
      let dot = token.firstIndex(of: UInt8(ascii: "."), in: 0..<token.byteCount),
      let seconds = UInt64(token.extracting(0..<dot).text())
    else { return nil }
    let decimals = token.extracting(dot + 1..<token.byteCount - 1)
    guard (1...9).contains(decimals.byteCount), var fraction = UInt64(decimals.text()) else { return nil }
    for _ in decimals.byteCount..<9 { fraction *= 10 }
    let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? nil : nanoseconds &+ fraction
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

/// Finds the parts of a line that blanks separate.
struct TokenScanner: ~Escapable {
  private let line: RawSpan
  /// Where the next search starts.
  private(set) var offset: Int

  @_lifetime(copy line)
  init(_ line: RawSpan, from offset: Int = 0) {
    self.line = line
    self.offset = offset
  }

  /// The next part; nil at the line's end.
  @_lifetime(self: copy self)
  mutating func next() -> Range<Int>? {
    while offset < line.byteCount, Self.isBlank(line.byte(at: offset)) { offset += 1 }
    guard offset < line.byteCount else { return nil }
    let start = offset
    while offset < line.byteCount, !Self.isBlank(line.byte(at: offset)) { offset += 1 }
    return start..<offset
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
