import BinaryReading

/// The line that begins a sample in the output of `perf script`, or that stands for another record.
struct PerfScriptHeader {
  /// The thread's name; empty where the file has no such column.
  var comm: String
  /// The process's number, where given.
  var pid: Int32?
  /// The thread's number, where given.
  var tid: Int32?
  /// Nanoseconds on the recording's clock, where given.
  var time: UInt64?
  /// How much of the event passed since the sample before, where given.
  var period: UInt64?
  /// The event's name, without its closing colon; empty where the file has no such column.
  var event: String
  /// Whether it is another record than a sample.
  var isRecord: Bool
  /// What follows on the same line starts here: a single address and its symbol, or nothing.
  var restStart: Int

  /// Reads a header of one of these layouts; nil for any other line.
  ///
  /// A comm may hold anything, blanks and digits included, so the columns are looked for from the first word on that
  /// all of them fit.
  init?(_ line: RawSpan, _ layouts: [PerfScriptLayout], hasCommColumn: Bool = false) {
    if hasCommColumn, let end = PerfScriptFields.commColumn(line),
      let fields = PerfScriptFields(line, from: end, hasComm: true),
      fields.isRecord || layouts.contains(where: fields.fits)
    {
      self.init(line, fields, hasComm: true)
      return
    }
    for layout in layouts {
      if let fields = Self.fields(line, layout) {
        self.init(line, fields, hasComm: layout.hasComm)
        return
      }
    }
    return nil
  }

  private init(_ line: RawSpan, _ fields: PerfScriptFields, hasComm: Bool) {
    var start = 0
    var end = hasComm ? fields.start : 0
    while end > 0, TokenScanner.isBlank(line.byte(at: end - 1)) { end -= 1 }
    while start < end, TokenScanner.isBlank(line.byte(at: start)) { start += 1 }
    comm = line.extracting(start..<end).text()
    (pid, tid, time, period) = (fields.pid, fields.tid, fields.time, fields.period)
    event = fields.event.map { line.extracting($0).text() } ?? ""
    isRecord = fields.isRecord
    restStart = fields.end
  }

  /// Where the number of the thread stands in a header of this layout; nil for any other line.
  static func numberColumn(_ line: RawSpan, _ layout: PerfScriptLayout) -> Range<Int>? {
    guard let fields = fields(line, layout), fields.tid != nil else { return nil }
    var tokens = TokenScanner(line, from: fields.start)
    return tokens.next()
  }

  private static func fields(_ line: RawSpan, _ layout: PerfScriptLayout) -> PerfScriptFields? {
    var tokens = TokenScanner(line)
    var start = 0
    if layout.hasComm {
      // Only a process without any name begins with its numbers.
      guard let comm = tokens.next() else { return nil }
      start = comm.upperBound
    }
    var examined = 0
    while examined < 16 {
      examined += 1
      if let fields = PerfScriptFields(line, from: start, hasComm: layout.hasComm), fields.fits(layout) {
        return fields
      }
      guard layout.hasComm, let token = tokens.next() else { return nil }
      start = token.upperBound
    }
    return nil
  }
}
