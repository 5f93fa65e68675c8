import BinaryReading
import ProfileModel

/// The samples of a `perf script` text as a profile.
struct PerfScriptSamples: Sendable {
  private struct ProcessKey: Hashable {
    var pid: Int32?
    var name: String
  }
  private struct ThreadKey: Hashable {
    var process: ProcessID
    var tid: Int32?
  }
  /// What is known of one event.
  private struct Event {
    var name: String
    var samples: Int64 = 0
    var least: UInt64 = .max
    var most: UInt64 = 0
    var total: Int64 = 0
  }

  private var builder = ProfileBuilder()
  /// By lines that differ, what they stand for; nil for those that no sample had, or that depend on others.
  private var places: [(frame: FrameID, module: ModuleID?)?] = []
  private let budget = ReadingBudget()
  private var processes: [ProcessKey: ProcessID] = [:]
  private var threads: [ThreadKey: ThreadID] = [:]
  /// Under their first names.
  private var firstProcesses: [Int32: ProcessID] = [:]
  private var firstThreads: [Int32: ThreadID] = [:]
  private var events: [Event] = []
  private var eventOfName: [String: Int] = [:]
  /// The period of each sample, 0 where none was printed.
  private var periods: [UInt64] = []
  private var hasPeriods = false
  private var hasFrames = false
  private var startTime: UInt64?
  private var endTime: UInt64 = 0
  private var lost: UInt64 = 0

  /// The number of samples.
  var count: Int { builder.profile.samples.count }

  /// Adds a sample whose frames are given leaf first.
  mutating func add(_ header: PerfScriptHeader, _ frames: [PerfScriptFrame], line: Int) throws(ProfileFormatError) {
    let value = try event(named: header.event)
    if let time = header.time {
      startTime = min(startTime ?? time, time)
      endTime = max(endTime, time)
    }
    // Inlined frames come before the frame that they are in, whose module is theirs.
    var module: ModuleID?
    var leaf: StackID?
    for frame in frames.reversed() {
      let place = place(of: frame, in: module)
      module = place.module
      leaf = builder.intern(parent: leaf, frame: place.frame)
    }
    hasFrames = hasFrames || !frames.isEmpty
    events[value].samples += 1
    if let period = header.period {
      hasPeriods = true
      events[value].least = min(events[value].least, period)
      events[value].most = max(events[value].most, period)
      let sum = Int64(exactly: period).map { events[value].total.addingReportingOverflow($0) }
      guard let sum, !sum.overflow else { throw .countTooLarge(line: line) }
      events[value].total = sum.partialValue
    }
    periods.append(header.period ?? 0)
    builder.profile.samples.append(
      Sample(
        time: header.time ?? 0, thread: thread(of: header), stack: leaf, value: ValueTypeID(index: value)))
    try budget.check(builder.profile)
  }

  /// Counts what the record of `line` says was lost.
  mutating func lost(in line: RawSpan) {
    guard let found = line.firstRange(of: "PERF_RECORD_LOST", in: 0..<line.byteCount) else { return }
    var tokens = TokenScanner(line, from: found.upperBound)
    while let token = tokens.next() {
      guard line.extracting(token).equals("lost"), let next = tokens.next() else { continue }
      lost = lost.addingReportingOverflow(line.decimal(in: next) ?? 0).partialValue
      return
    }
  }

  private mutating func event(named name: String) throws(ProfileFormatError) -> Int {
    if let known = eventOfName[name] { return known }
    // More events than any perf can open at once are made to fill memory.
    guard events.count < 1 << 12 else { throw .limitExceeded(what: "events", limit: 1 << 12) }
    eventOfName[name] = events.count
    events.append(Event(name: name))
    return events.count - 1
  }

  /// A frame and its module, which for an inlined one is `caller`.
  private mutating func place(of frame: PerfScriptFrame, in caller: ModuleID?) -> (frame: FrameID, module: ModuleID?) {
    guard frame.kind != .inlined else { return (intern(frame, module: caller), caller) }
    let line = frame.line.map { Int($0) }
    if let line, line < places.count, let known = places[line] { return known }
    let module = frame.module.map { builder.intern(Module(path: $0)) }
    let place: (frame: FrameID, module: ModuleID?) = (intern(frame, module: module), module)
    if let line {
      if places.count <= line { places.append(contentsOf: repeatElement(nil, count: line + 1 - places.count)) }
      places[line] = place
    }
    return place
  }

  private mutating func intern(_ frame: PerfScriptFrame, module: ModuleID?) -> FrameID {
    let function: Function
    if let symbol = frame.symbol {
      function = Function(name: symbol, module: module)
    } else if let module {
      let place = builder.profile.modules[module.index].name
      let name = place.hasPrefix("[") ? place : "[\(place)]"
      function = Function(name: name, module: module, isSymbolized: false)
    } else if frame.hasText {
      function = Function(name: "[unknown]", module: nil, isSymbolized: false)
    } else {
      function = Function(name: Function.standInName(module: nil, address: frame.address), isSymbolized: false)
    }
    return builder.intern(Frame(function: builder.intern(function), kind: frame.kind))
  }

  private mutating func thread(of header: PerfScriptHeader) -> ThreadID {
    // Without a pid, threads of one name are taken for one process: better than a process for each thread.
    let name = header.comm.isEmpty ? "[unknown]" : header.comm
    let process = process(ProcessKey(pid: header.pid, name: name), tid: header.tid)
    let key = ThreadKey(process: process, tid: header.tid)
    if let known = threads[key] { return known }
    var record = ThreadRecord(process: process, tid: header.tid ?? 0, name: name)
    if let tid = header.tid { record.first = firstThreads[tid] }
    let thread = builder.add(record)
    threads[key] = thread
    if let tid = header.tid, firstThreads[tid] == nil { firstThreads[tid] = thread }
    return thread
  }

  private mutating func process(_ key: ProcessKey, tid: Int32?) -> ProcessID {
    if let known = processes[key] { return known }
    let number = key.pid ?? tid
    var record = ProcessRecord(pid: number ?? 0, name: key.name)
    if let number { record.first = firstProcesses[number] }
    let process = builder.add(record)
    processes[key] = process
    if let number, firstProcesses[number] == nil { firstProcesses[number] = process }
    return process
  }

  // MARK: The end

  /// The profile of all samples added.
  consuming func finish() -> Profile {
    nameEvents()
    builder.profile.metadata.durationSeconds = Double(endTime &- (startTime ?? endTime)) / 1e9
    builder.profile.metadata.lost = lost
    if hasPeriods { addPeriods() }
    builder.profile.samples.sort { $0.time < $1.time }
    if let startTime {
      for index in builder.profile.samples.indices where builder.profile.samples[index].time >= startTime {
        builder.profile.samples[index].time -= startTime
      }
    }
    if !hasFrames {
      builder.profile.metadata.say("no sample has an address: print them with `perf script -F +ip,+sym`")
    }
    return builder.profile
  }

  private mutating func nameEvents() {
    // Modifiers leave, unless they are all that tells two events apart.
    let short = events.map { Self.withoutModifiers($0.name) }
    for index in events.indices where short.count(where: { $0 == short[index] }) == 1 {
      events[index].name = short[index]
    }
    let first = events.first?.name ?? ""
    builder.profile.metadata.sampler = first.isEmpty ? "perf script" : .perf(event: String(first))
    guard events.count > 1 else { return }
    builder.profile.valueTypes = events.map {
      ValueType(name: $0.name.isEmpty ? "unnamed" : $0.name, unit: .other("samples"), isCount: true)
    }
    builder.profile.preferredValue = ValueTypeID(index: 0)
    let parts = zip(builder.profile.valueTypes, events).map { "\($0.name) (\($1.samples))" }
    builder.profile.metadata.say(
      "samples of \(parts.count) events, which don't add up: \(parts.joined(separator: ", ")); \(parts[0]) is shown "
        + "unless --event NAME chooses another")
  }

  /// Gives each event a value type more, of what its samples' periods add up to.
  private mutating func addPeriods() {
    let count = events.count
    for index in 0..<count where events[index].most > 0 {
      let event = events[index]
      let value = ValueTypeID(index: builder.profile.valueTypes.count)
      let isTime = ["cpu-clock", "task-clock"].contains(Self.withoutModifiers(event.name))
      builder.profile.valueTypes.append(
        ValueType(
          name: count == 1 ? "period" : event.name + "-period",
          unit: isTime ? .nanoseconds : .other(Self.unit(event.name))))
      for (row, period) in periods.enumerated() where period > 0 {
        var sample = builder.profile.samples[row]
        guard sample.value.index == index else { continue }
        sample.value = value
        sample.weight = Int64(clamping: period)
        builder.profile.samples.append(sample)
      }
      tellPeriods(of: index)
    }
    builder.profile.preferredValue = ValueTypeID(index: 0)
  }

  /// Says where samples are of so unequal periods that it matters which of both is counted.
  private mutating func tellPeriods(of index: Int) {
    let event = events[index]
    guard event.least < .max, event.most / 10 >= max(event.least, 1), event.total > 0, event.samples > 0 else { return }
    // How much weight would go elsewhere.
    var moved = 0.0
    for (row, period) in periods.enumerated() where builder.profile.samples[row].value.index == index {
      moved += abs(Double(period) / Double(event.total) - 1 / Double(event.samples)) / 2
    }
    guard moved >= 0.01 else { return }
    let name = builder.profile.valueTypes.count == 2 ? "period" : event.name + "-period"
    builder.profile.metadata.say(
      "periods of \(event.name.isEmpty ? "samples" : event.name) differ from \(event.least) to \(event.most), and every "
        + "sample counts 1: --value \(name) weighs by them")
  }

  /// What periods of an event count: its name, in the plural as perf has it.
  private static func unit(_ event: String) -> String {
    let name = withoutModifiers(event)
    return name.isEmpty ? "events" : name
  }

  /// An event's name without what perf allows behind it (perf-list(1), "EVENT MODIFIERS"): `cycles` of `cycles:upp`.
  static func withoutModifiers(_ event: String) -> String {
    guard let colon = event.lastIndex(of: ":") else { return event }
    let modifiers = event[event.index(after: colon)...]
    let isModifier = modifiers.utf8.allSatisfy { "ukhIGHpPSDWeb".utf8.contains($0) }
    return isModifier ? String(event[..<colon]) : event
  }
}
