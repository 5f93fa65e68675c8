import BinaryReading
import ProfileModel

extension Speedscope {
  /// Reads a file (<https://www.speedscope.app/file-format-schema.json>).
  ///
  /// Each of its profiles is a thread; one that perfprof wrote tells its process, too. Of evented profiles a stack's
  /// weight is the time from one event to the next. Times become nanoseconds.
  public static func read(_ bytes: [UInt8]) throws(ProfileFormatError) -> Profile {
    var reader = SpeedscopeReader()
    try reader.read(bytes.rawSpan)
    return reader.profile
  }
}

struct SpeedscopeReader {
  private var builder = ProfileBuilder()
  private var budget = ReadingBudget()
  private var frames: [FrameID] = []
  private var processes: [String: ProcessID] = [:]
  private var totals: [Int64] = []
  private var rounded = 0

  /// What was read so far.
  var profile: Profile { builder.profile }

  mutating func read(_ bytes: RawSpan) throws(ProfileFormatError) {
    builder.profile.valueTypes = []
    var reader = JSONReader(bytes)
    let members = try reader.members()
    guard let shared = members["shared"], let profiles = members["profiles"] else { throw .missingMember("profiles") }
    var table = JSONReader(bytes, at: shared)
    guard let rows = try table.members()["frames"] else { throw .missingMember("shared.frames") }
    var isOurs = false
    if let exporter = members["exporter"] {
      var text = JSONReader(bytes, at: exporter)
      if text.peek() == UInt8(ascii: "\"") { isOurs = (try text.string()).hasPrefix("perfprof") }
    }
    try readFrames(JSONReader(bytes, at: rows))
    try readProfiles(bytes, at: profiles, isOurs: isOurs)
    builder.profile.metadata.sampler = "speedscope"
    if rounded > 0 {
      builder.profile.metadata.say(
        "\(rounded) \(rounded == 1 ? "weight has a fraction" : "weights have fractions"): rounded so that sums stay true"
      )
    }
    guard !builder.profile.valueTypes.isEmpty else { throw .noSamples(format: "speedscope", badLine: nil) }
  }

  private mutating func readFrames(_ start: JSONReader) throws(ProfileFormatError) {
    var reader = JSONReader(copying: start)
    try reader.enter("[")
    var isFirst = true
    while try reader.goesOn("]", &isFirst) {
      var name = ""
      var file: String?
      var line: UInt32 = 0
      try reader.enter("{")
      var isFirstMember = true
      while try reader.goesOn("}", &isFirstMember) {
        switch try reader.key() {
        case "name" where reader.peek() == UInt8(ascii: "\""): name = try reader.string()
        case "file" where reader.peek() == UInt8(ascii: "\""): file = try reader.string()
        case "line" where reader.peek() != UInt8(ascii: "n"): line = UInt32(exactly: try reader.number()) ?? 0
        default: try reader.skip()
        }
      }
      let (text, kind) = FrameNotation.parse(name)
      var function = FrameNotation.function(named: text.isEmpty ? "[unknown]" : text, module: nil, kind: kind)
      function.file = file
      frames.append(builder.intern(Frame(function: builder.intern(function), kind: kind, line: line)))
      try budget.hold(frames.count, .frames)
    }
  }

  private mutating func readProfiles(_ bytes: RawSpan, at offset: Int, isOurs: Bool) throws(ProfileFormatError) {
    var reader = JSONReader(bytes, at: offset)
    try reader.enter("[")
    var isFirst = true
    while try reader.goesOn("]", &isFirst) {
      let members = try reader.members()
      func string(_ name: String) throws(ProfileFormatError) -> String {
        guard let offset = members[name] else { return "" }
        var reader = JSONReader(bytes, at: offset)
        return reader.peek() == UInt8(ascii: "\"") ? try reader.string() : ""
      }
      let thread = thread(named: try string("name"), isOurs: isOurs)
      let (value, factor) = try value(ofUnit: try string("unit"))
      switch try string("type") {
      case "sampled":
        guard let samples = members["samples"], let weights = members["weights"] else {
          throw .missingMember("samples")
        }
        try readSampled(
          JSONReader(bytes, at: samples), JSONReader(bytes, at: weights), thread, value, factor)
      case "evented":
        guard let events = members["events"] else { throw .missingMember("events") }
        try readEvented(JSONReader(bytes, at: events), thread, value, factor)
      default: throw .missingMember("type")
      }
    }
  }

  private mutating func readSampled(
    _ samplesStart: JSONReader, _ weightsStart: JSONReader, _ thread: ThreadID, _ value: ValueTypeID, _ factor: Double
  ) throws(ProfileFormatError) {
    var samples = JSONReader(copying: samplesStart)
    var weights = JSONReader(copying: weightsStart)
    var rounding = WeightRounding(factor)
    try samples.enter("[")
    try weights.enter("[")
    var isFirst = true
    var isFirstWeight = true
    while try samples.goesOn("]", &isFirst) {
      var stack: StackID?
      try samples.enter("[")
      var isFirstFrame = true
      var depth = 0
      while try samples.goesOn("]", &isFirstFrame) {
        stack = builder.intern(parent: stack, frame: try frame(try samples.number(), isRoot: stack == nil))
        depth += 1
        try budget.hold(depth, .depth)
      }
      try budget.step(depth + 1)
      try budget.hold(builder.profile.stacks.count, .stackNodes)
      guard try weights.goesOn("]", &isFirstWeight) else { throw .missingMember("weights") }
      try add(stack, try weights.number(), thread, value, &rounding)
    }
    rounded += rounding.rounded
  }

  private mutating func readEvented(
    _ start: JSONReader, _ thread: ThreadID, _ value: ValueTypeID, _ factor: Double
  ) throws(ProfileFormatError) {
    var reader = JSONReader(copying: start)
    var rounding = WeightRounding(factor)
    var open: [StackID] = []
    var last = 0.0
    try reader.enter("[")
    var isFirst = true
    while try reader.goesOn("]", &isFirst) {
      var type = ""
      var at = last
      var number = -1.0
      try reader.enter("{")
      var isFirstMember = true
      while try reader.goesOn("}", &isFirstMember) {
        switch try reader.key() {
        case "type": type = try reader.string()
        case "at": at = try reader.number()
        case "frame": number = try reader.number()
        default: try reader.skip()
        }
      }
      if !open.isEmpty, at > last { try add(open.last, at - last, thread, value, &rounding) }
      last = max(at, last)
      try budget.step(1)
      if type == "O" {
        open.append(builder.intern(parent: open.last, frame: try frame(number, isRoot: open.isEmpty)))
        try budget.hold(open.count, .depth)
        try budget.hold(builder.profile.stacks.count, .stackNodes)
      } else if type == "C" {
        guard open.popLast() != nil else {
          throw .badReference(table: "events", value: Int64(exactly: number.rounded()) ?? -1)
        }
      }
    }
    rounded += rounding.rounded
  }

  private mutating func add(
    _ stack: StackID?, _ weight: Double, _ thread: ThreadID, _ value: ValueTypeID, _ rounding: inout WeightRounding
  ) throws(ProfileFormatError) {
    guard weight >= 0 else { throw .negativeValues }
    guard let amount = rounding.round(weight) else { throw .valueTooLarge }
    guard amount > 0 else { return }
    let sum = totals[value.index].addingReportingOverflow(amount)
    guard !sum.overflow else { throw .valueTooLarge }
    totals[value.index] = sum.partialValue
    builder.profile.samples.append(Sample(time: 0, thread: thread, stack: stack, weight: amount, value: value))
    try budget.check(builder.profile)
  }

  private mutating func frame(_ number: Double, isRoot: Bool) throws(ProfileFormatError) -> FrameID {
    guard let index = Int(exactly: number), frames.indices.contains(index) else {
      throw .badReference(table: "frames", value: Int64(exactly: number.rounded()) ?? -1)
    }
    var frame = builder.profile.frames[frames[index].index]
    // A marker for a missing root means that only at the root.
    guard frame.kind == .truncated, !isRoot else { return frames[index] }
    frame.kind = .user
    return builder.intern(frame)
  }

  /// The value type for a unit of the schema, and how much of it one is.
  private mutating func value(ofUnit unit: String) throws(ProfileFormatError) -> (ValueTypeID, Double) {
    let (type, factor): (ValueType, Double) =
      switch unit {
      case "nanoseconds": (ValueType(name: "time", unit: .nanoseconds), 1)
      case "microseconds": (ValueType(name: "time", unit: .nanoseconds), 1e3)
      case "milliseconds": (ValueType(name: "time", unit: .nanoseconds), 1e6)
      case "seconds": (ValueType(name: "time", unit: .nanoseconds), 1e9)
      case "bytes": (ValueType(name: "bytes", unit: .bytes), 1)
      default: (.samples(), 1)
      }
    if let known = builder.profile.valueTypes.firstIndex(of: type) { return (ValueTypeID(index: known), factor) }
    builder.profile.valueTypes.append(type)
    totals.append(0)
    return (ValueTypeID(index: totals.count - 1), factor)
  }

  /// `app (pid 7) · worker (tid 8)` in a file of perfprof's own, any name else.
  private mutating func thread(named name: String, isOurs: Bool) -> ThreadID {
    var (process, pid, thread, tid) = ("", Int32(0), name, Int32(0))
    if isOurs {
      let parts = name.split(separator: " · ", maxSplits: 1).map(String.init)
      (process, pid) = Self.numbered(parts.first ?? "", "pid")
      (thread, tid) = parts.count > 1 ? Self.numbered(parts[1], "tid") : (process, pid)
    }
    let key = "\(pid) \(process)"
    let id = processes[key] ?? builder.add(ProcessRecord(pid: pid, name: process))
    processes[key] = id
    return builder.add(ThreadRecord(process: id, tid: tid, name: thread))
  }

  /// Takes ` (pid 7)` off a name's end.
  private static func numbered(_ text: String, _ word: String) -> (String, Int32) {
    guard text.hasSuffix(")"), let open = text.lastIndex(of: "("),
      let number = Int32(text[text.index(after: open)...].dropLast().split(separator: " ").last ?? ""),
      text[open...].hasPrefix("(\(word) ")
    else { return (text, 0) }
    return (String(text[..<open].dropLast()), number)
  }
}

/// Makes weights whole numbers whose sums stay true.
private struct WeightRounding {
  let factor: Double
  var rest = 0.5
  var rounded = 0

  init(_ factor: Double) { self.factor = factor }

  mutating func round(_ weight: Double) -> Int64? {
    let amount = weight * factor
    if amount == amount.rounded() { return Int64(exactly: amount) }
    rounded += 1
    let whole = amount.rounded(.down)
    rest += amount - whole
    let carry = rest >= 1 ? 1.0 : 0
    rest -= carry
    return Int64(exactly: whole + carry)
  }
}
