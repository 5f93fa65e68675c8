import BinaryReading
import ProfileModel

/// Reads what `perf script` prints, in pieces as they come.
///
/// Names are taken as they stand: nothing is cut at `(`, split at `->` or stripped of blanks. Every sample counts 1,
/// whatever its period. Samples of different events are of different value types, since nothing is the sum of them. The text doesn't tell which stacks lost their root; a note in the metadata says what share ends
/// at a function that programs and threads are known to begin with.
///
/// - Complexity: O(bytes); memory for distinct lines and stacks.
public struct PerfScriptReader: Sendable {
  private var builder = ProfileBuilder()
  private var pending: [UInt8] = []
  private var processes: [Int32: ProcessID] = [:]
  private var threads: [Int32: ThreadID] = [:]
  private var frameLines = NameTable()
  private var frames: [PerfScriptFrame?] = []
  /// The sample that lines are read for, and its frames so far, leaf first.
  private var header: PerfScriptHeader?
  private var stack: [PerfScriptFrame] = []
  private var startTime: UInt64?
  private var endTime: UInt64 = 0
  /// The events in order of their first sample, without modifiers.
  private var events: [String] = []
  private var lineNumber = 0
  private var badLines = 0
  private var firstBadLine: Int?
  private var knownRoots = 0

  /// A reader of a file's first line.
  public init() {}

  /// Reads all of `bytes`.
  public static func read(_ bytes: RawSpan) throws(ProfileFormatError) -> Profile {
    var reader = PerfScriptReader()
    reader.consume(bytes)
    return try reader.finish()
  }

  /// Reads the next piece of the file; pieces may end anywhere.
  public mutating func consume(_ bytes: RawSpan) {
    var start = 0
    while let end = bytes.firstIndex(of: 0x0A, in: start..<bytes.byteCount) {
      if pending.isEmpty {
        read(line: bytes.extracting(start..<end))
      } else {
        pending.append(contentsOf: bytes.extracting(start..<end).copy())
        readPending()
      }
      start = end + 1
    }
    pending.append(contentsOf: bytes.extracting(start..<bytes.byteCount).copy())
  }

  /// Ends the file and hands over what it held.
  public consuming func finish() throws(ProfileFormatError) -> Profile {
    if !pending.isEmpty { readPending() }
    endSample()
    let samples = builder.profile.samples.count
    guard samples > 0 else { throw .noSamples(format: "perf script", badLine: firstBadLine) }
    builder.profile.samples.sort { $0.time < $1.time }
    var metadata = ProfileMetadata()
    let event = events.first ?? ""
    metadata.sampler = event.isEmpty ? "perf script" : .perf(event: event)
    if events.count > 1 { tellEventsApart(&metadata) }
    metadata.durationSeconds = Double(endTime &- (startTime ?? endTime)) / 1e9
    if let startTime {
      for index in builder.profile.samples.indices { builder.profile.samples[index].time &-= startTime }
    }
    let share = (Double(knownRoots) / Double(samples) * 100).rounded()
    metadata.notes.append(
      "perf script does not say which stacks are complete: \(Int(share)) % end at a known first function.")
    if let firstBadLine {
      metadata.notes.append("\(badLines) lines were not understood; the first is line \(firstBadLine).")
    }
    builder.profile.metadata = metadata
    return builder.profile
  }

  /// Names the value types; the one with most samples comes first to mind.
  private mutating func tellEventsApart(_ metadata: inout ProfileMetadata) {
    builder.profile.valueTypes = events.map {
      ValueType(name: $0.isEmpty ? "unnamed" : $0, unit: .other("samples"), isCount: true)
    }
    let totals = builder.profile.valueTotals
    let most = totals.indices.max { totals[$0] < totals[$1] || totals[$0] == totals[$1] && $0 > $1 }
    builder.profile.preferredValue = most.map { ValueTypeID(index: $0) }
    let parts = zip(builder.profile.valueTypes, totals).map { "\($0.name) (\($1))" }
    metadata.notes.append("samples of \(parts.count) events, which don't add up: \(parts.joined(separator: ", "))")
  }

  private mutating func valueType(of event: Substring) -> ValueTypeID {
    if let known = events.firstIndex(where: { $0 == event }) { return ValueTypeID(index: known) }
    // A file of more events than any perf can open at once is made to fill memory.
    guard events.count < 1 << 12 else { return ValueTypeID(index: events.count - 1) }
    events.append(String(event))
    return ValueTypeID(index: events.count - 1)
  }

  /// An event's name without what perf allows behind it (perf-list(1), "EVENT MODIFIERS"): `cycles` of `cycles:upp`.
  private static func withoutModifiers(_ event: String) -> Substring {
    guard let colon = event.lastIndex(of: ":") else { return event[...] }
    let modifiers = event[event.index(after: colon)...]
    let isModifier = !modifiers.isEmpty && modifiers.utf8.allSatisfy { "ukhIGHpPSDWeb".utf8.contains($0) }
    return isModifier ? event[..<colon] : event[...]
  }

  private mutating func readPending() {
    let line = pending
    pending.removeAll(keepingCapacity: true)
    read(line: line.rawSpan)
  }

  private mutating func read(line: RawSpan) {
    lineNumber += 1
    let line = line.trimmingCarriageReturn()
    guard line.byteCount > 0 else {
      endSample()
      return
    }
    let isIndented = line.byte(at: 0) == 0x20 || line.byte(at: 0) == 0x09
    if isIndented, header != nil, let frame = frame(line) {
      stack.append(frame)
    } else if line.byte(at: 0) == UInt8(ascii: "#") {
      return
    } else if let next = PerfScriptHeader(line) {
      endSample()
      let rest = line.extracting(next.restStart..<line.byteCount)
      header = next
      // Without call chains the sampled address stands on the header's line.
      if let frame = frame(rest) { stack.append(frame) }
    } else if !isIndented || header == nil {
      badLines += 1
      firstBadLine = firstBadLine ?? lineNumber
    }
  }

  /// Equal lines give equal frames, and most lines come again.
  private mutating func frame(_ line: RawSpan) -> PerfScriptFrame? {
    let (index, isNew) = frameLines.intern(line)
    if isNew { frames.append(PerfScriptFrame(line)) }
    return frames[index]
  }

  private mutating func endSample() {
    guard let header else { return }
    self.header = nil
    defer { stack.removeAll(keepingCapacity: true) }
    let value = valueType(of: Self.withoutModifiers(header.event))
    if let time = header.time {
      startTime = min(startTime ?? time, time)
      endTime = max(endTime, time)
    }
    // Inlined frames come before the frame that they are in, whose module is theirs.
    var module: ModuleID?
    var leaf: StackID?
    for frame in stack.reversed() {
      if frame.kind != .inlined { module = frame.module.map { builder.intern(Module(path: $0)) } }
      leaf = builder.intern(parent: leaf, frame: intern(frame, module: module))
    }
    if let root = stack.last?.symbol, Self.firstFunctions.contains(root) { knownRoots += 1 }
    builder.profile.samples.append(
      Sample(time: header.time ?? 0, thread: thread(of: header), stack: leaf, value: value))
  }

  private mutating func intern(_ frame: PerfScriptFrame, module: ModuleID?) -> FrameID {
    let function: Function
    if let symbol = frame.symbol {
      function = Function(name: symbol, module: module)
    } else {
      let place = module.map { builder.profile.modules[$0.index].name } ?? "unknown"
      let name = place.hasPrefix("[") ? place : "[\(place)]"
      function = Function(name: name, module: module, isSymbolized: false)
    }
    return builder.intern(Frame(function: builder.intern(function), kind: frame.kind))
  }

  private mutating func thread(of header: PerfScriptHeader) -> ThreadID {
    if let known = threads[header.tid] {
      builder.profile.threads[known.index].name = header.comm
      let process = builder.profile.threads[known.index].process
      if builder.profile.processes[process.index].pid == header.tid {
        builder.profile.processes[process.index].name = header.comm
      }
      return known
    }
    // Without a pid, threads of one name are taken for one process: better than a process for each thread.
    let process: ProcessID
    if let pid = header.pid {
      process = processes[pid] ?? builder.add(ProcessRecord(pid: pid, name: header.comm))
      processes[pid] = process
    } else if let named = builder.profile.processes.firstIndex(where: { $0.name == header.comm }) {
      process = ProcessID(index: named)
    } else {
      process = builder.add(ProcessRecord(pid: header.tid, name: header.comm))
    }
    let thread = builder.add(ThreadRecord(process: process, tid: header.tid, name: header.comm))
    threads[header.tid] = thread
    return thread
  }

  private static let firstFunctions: Set<String> = [
    "_start", "__clone", "clone", "__clone3", "clone3", "__GI___clone", "__GI___clone3", "thread_start", "_dl_start",
    "_dl_start_user", "ret_from_fork", "ret_from_fork_asm", "runtime.goexit", "runtime.goexit.abi0", "runtime.mstart",
    "secondary_startup_64", "secondary_startup_64_no_verify",
  ]
}
