import ProfileModel
import RecordingSchema
import SwiftProtobuf

/// Puts a profile together from a recording's chunks, or from what its recorder has; refuses a chunk whose references
/// lead nowhere.
struct ProfileAssembly {
  private var metadata = ProfileMetadata()
  private(set) var tables = RecordingTables()
  private var samples: [Sample] = []
  private var marks: [ProfileMark] = []
  private var valueTypes: [ValueType] = [.samples()]
  /// Whether `valueTypes` are the recording's own.
  private var namesValueTypes = false
  private var names: [UInt32: RecordedNames] = [:]
  private var time: UInt64 = 0
  /// Whether the last chunk of a recording in order has come.
  private(set) var isClosed = false
  private var nodeCount: Int
  /// The sum of all weights, which views must be able to add up.
  private var weight: Int64 = 0

  /// A profile of nothing, or of these tables.
  init(tables: RecordingTables = RecordingTables()) {
    self.tables = tables
    nodeCount = tables.stacks.count
  }

  /// Adds the next chunk; false, and nothing of its samples kept, when it contradicts those before.
  ///
  /// Rows and texts were taken from `budget` already.
  mutating func add(
    _ chunk: Recording_Chunk, _ budget: inout ReadingBudget
  ) throws(ReadingBudget.Exceeded) -> Bool {
    try budget.take(chunk.frames.module.count, .frames)
    try budget.take(chunk.stacks.parent.count, .stackNodes)
    try budget.take(chunk.samples.time.count, .samples)
    try budget.take(chunk.valueTypes.count, .valueTypes)
    try budget.take(chunk.marks.time.count, .rows)
    return add(chunk)
  }

  private mutating func add(_ chunk: Recording_Chunk) -> Bool {
    if chunk.hasHeader { add(RecordingHeader(chunk.header)) }
    add(chunk.valueTypes.map(ValueType.init))
    for module in chunk.modules {
      tables.modules.append(
        RecordedModule(
          path: module.path, buildID: BuildID(Array(module.buildID)),
          kind: UInt8(exactly: module.kind.rawValue).flatMap(ModuleKind.init) ?? .file,
          pid: module.pid))
    }
    for process in chunk.processes {
      guard Int(process.first) <= tables.processes.count else { return false }
      tables.processes.append(
        ProcessRecord(
          pid: process.pid, name: process.name,
          first: process.first == 0 ? nil : ProcessID(rawValue: process.first - 1)))
    }
    for thread in chunk.threads {
      guard Int(thread.process) < tables.processes.count, Int(thread.first) <= tables.threads.count else {
        return false
      }
      tables.threads.append(
        ThreadRecord(
          process: ProcessID(rawValue: thread.process), tid: thread.tid, name: thread.name,
          first: thread.first == 0 ? nil : ThreadID(rawValue: thread.first - 1)))
    }
    for rename in chunk.renames where !apply(rename) { return false }
    tables.markers += FrameMarker.markers(names: chunk.markers, facts: chunk.markerFacts)
    guard add(chunk.frames), add(chunk.stacks), add(chunk.samples), add(chunk.marks, names: chunk.markNames) else {
      return false
    }
    if chunk.hasCounters { add(RecordingCounters(chunk.counters)) }
    for part in chunk.symbols { addPlaces(of: RecordedNames(part)) }
    for update in chunk.moduleUpdates { add(update) }
    if chunk.hasTrailer { add(RecordingTrailer(chunk.trailer)) }
    return true
  }

  // MARK: Parts

  /// What a recording begins with.
  mutating func add(_ header: RecordingHeader) {
    metadata.begin(header)
    if header.requestedFrequency > 0, let period = Int64(exactly: (1e9 / header.requestedFrequency).rounded()) {
      valueTypes[0].period = period
    }
    add(header.valueTypes)
  }

  private mutating func add(_ types: [ValueType]) {
    guard !types.isEmpty else { return }
    valueTypes = (namesValueTypes ? valueTypes : []) + types
    namesValueTypes = true
  }

  /// Totals so far, in place of earlier ones.
  mutating func add(_ counters: RecordingCounters) { metadata.count(counters) }

  /// What a recording ends with.
  mutating func add(_ trailer: RecordingTrailer) {
    metadata.end(trailer)
    isClosed = true
  }

  /// The names of a module, and what is said of it.
  mutating func add(_ part: RecordedNames) {
    if !part.isEmpty { addPlaces(of: part) }
    add(part.update)
  }

  private mutating func addPlaces(of part: RecordedNames) {
    guard Int(part.module) < tables.modules.count else { return }
    names[part.module, default: RecordedNames(module: part.module)].append(part)
  }

  private mutating func add(_ update: Recording_ModuleUpdate) {
    guard Int(update.module) < tables.modules.count else { return }
    names[update.module, default: RecordedNames(module: update.module)].add(update)
  }

  private mutating func apply(_ rename: Recording_Rename) -> Bool {
    switch rename.what {
    case .process(let index):
      guard Int(index) < tables.processes.count else { return false }
      tables.processes[Int(index)].name = rename.name
    case .thread(let index):
      guard Int(index) < tables.threads.count else { return false }
      tables.threads[Int(index)].name = rename.name
    case nil: break
    }
    return true
  }

  private mutating func add(_ rows: Recording_Frames) -> Bool {
    guard rows.module.count == rows.address.count, rows.kind.isEmpty || rows.kind.count == rows.module.count else {
      return false
    }
    var address: UInt64 = 0
    for index in rows.module.indices {
      address = address &+ UInt64(bitPattern: rows.address[index])
      let module = rows.module[index]
      let limit = module == 0 ? tables.markers.count : tables.modules.count
      let reference = module == 0 ? address : UInt64(module - 1)
      guard reference < UInt64(limit) else { return false }
      tables.frames.append(
        module: module, address: address, isAsyncCaller: !rows.kind.isEmpty && rows.kind[index] == 1 && module > 0)
    }
    return true
  }

  private mutating func add(_ rows: Recording_Stacks) -> Bool {
    guard rows.parent.count == rows.frame.count else { return false }
    var parent: UInt32 = 0
    var frame: UInt32 = 0
    for index in rows.parent.indices {
      parent = parent &+ UInt32(bitPattern: rows.parent[index])
      frame = frame &+ UInt32(bitPattern: rows.frame[index])
      guard Int(parent) <= tables.stacks.count, Int(frame) < tables.frames.count else { return false }
      let node = tables.stacks.intern(parent: parent == 0 ? nil : StackID(rawValue: parent - 1), frame: frame)
      // A writer never writes a node twice; if it did, later indexes would shift.
      guard node.index == nodeCount else { return false }
      nodeCount += 1
    }
    return true
  }

  /// Samples; false, and nothing of them kept, when they refer to what isn't there.
  mutating func add(_ rows: Recording_Samples) -> Bool {
    let count = rows.time.count
    guard rows.thread.count == count, rows.stack.count == count, rows.weight.isEmpty || rows.weight.count == count,
      rows.value.isEmpty || rows.value.count == count
    else { return false }
    let kept = samples.count
    let kind = namesValueTypes ? ValueTypeID(index: 0) : valueType(ofKind: rows.kind)
    var stack: UInt32 = 0
    for index in 0..<count {
      time = time &+ UInt64(bitPattern: rows.time[index])
      stack = stack &+ UInt32(bitPattern: rows.stack[index])
      let value = rows.value.isEmpty ? kind : ValueTypeID(index: Int(rows.value[index]))
      guard Int(rows.thread[index]) < tables.threads.count, Int(stack) <= tables.stacks.count,
        value.index < valueTypes.count
      else {
        samples.removeSubrange(kept...)
        return false
      }
      let amount = rows.weight.isEmpty ? 1 : Int64(clamping: rows.weight[index])
      let (sum, isTooLarge) = weight.addingReportingOverflow(amount)
      guard !isTooLarge else {
        samples.removeSubrange(kept...)
        return false
      }
      weight = sum
      samples.append(
        Sample(
          time: min(time, UInt64(Int64.max) / 1000) * 1000,
          thread: ThreadID(rawValue: rows.thread[index]), stack: stack == 0 ? nil : StackID(rawValue: stack - 1),
          weight: amount, value: value))
    }
    return true
  }

  /// What happened to processes and threads.
  mutating func add(_ marks: [ProfileMark]) { self.marks += marks }

  /// The same as it was written; kinds of later versions are left out.
  private mutating func add(_ rows: Recording_Marks, names: [String]) -> Bool {
    let count = rows.time.count
    let mayBeEmpty = [rows.parentPid.count, rows.parentTid.count, rows.count.count]
    guard [rows.kind.count, rows.pid.count, rows.tid.count, rows.name.count].allSatisfy({ $0 == count }),
      mayBeEmpty.allSatisfy({ $0 == count || $0 == 0 }), rows.name.allSatisfy({ Int($0) <= names.count })
    else { return false }
    var time: UInt64 = 0
    for index in 0..<count {
      time = time &+ UInt64(bitPattern: rows.time[index])
      guard let kind = UInt8(exactly: rows.kind[index]).flatMap(ProfileMark.Kind.init) else { continue }
      var mark = ProfileMark(kind, time: min(time, UInt64(Int64.max) / 1000) * 1000)
      mark.numbers = .init(pid: rows.pid[index], tid: rows.tid[index])
      if !rows.parentPid.isEmpty { mark.parent.pid = rows.parentPid[index] }
      if !rows.parentTid.isEmpty { mark.parent.tid = rows.parentTid[index] }
      if !rows.count.isEmpty { mark.count = rows.count[index] }
      if rows.name[index] > 0 { mark.name = names[Int(rows.name[index]) - 1] }
      marks.append(mark)
    }
    return true
  }

  /// The value type that `Samples.kind` stands for.
  private mutating func valueType(ofKind kind: UInt32) -> ValueTypeID {
    let type: ValueType
    switch kind {
    case 1: type = ValueType(name: "off-cpu", unit: .nanoseconds)
    case 2: type = ValueType(name: "allocated", unit: .bytes)
    default: return ValueTypeID(index: 0)
    }
    if let known = valueTypes.firstIndex(of: type) { return ValueTypeID(index: known) }
    valueTypes.append(type)
    return ValueTypeID(index: valueTypes.count - 1)
  }

  // MARK: The profile

  /// The files' modules that have frames and such a source of names; nil for those that nobody looked at, as in a
  /// recording without its end, or whose naming was stopped.
  func fileModules(named isWanted: (String?) -> Bool) -> [UInt32] {
    var isUsed = [Bool](repeating: false, count: tables.modules.count)
    for module in tables.frames.modules where module > 0 { isUsed[Int(module) - 1] = true }
    return isUsed.indices.map { UInt32($0) }.filter {
      isUsed[Int($0)] && tables.modules[Int($0)].kind == .file && isWanted(names[$0]?.source)
    }
  }

  /// What of the file could not be read.
  struct Unread {
    var bytes: Int
    /// Whether there are no more: what comes through a pipe is not read to its end only to be counted.
    var isAll: Bool
  }

  /// The profile of all chunks added.
  consuming func finish(
    unread: Unread, shows: RecordingDetails, _ budget: inout ReadingBudget
  ) throws(ReadingBudget.Exceeded) -> Profile {
    var metadata = metadata
    let hasAll = unread.bytes == 0 && unread.isAll
    metadata.isComplete = isClosed && hasAll
    metadata.isRecorded = true
    if !metadata.isComplete {
      if metadata.durationSeconds == 0 { metadata.durationSeconds = ProfileMetadata.amount(Double(time) / 1e6) }
      if isClosed { metadata.notes.append(.bytesLeftOut(count: unread.isAll ? UInt64(unread.bytes) : nil)) }
    }
    if names.values.contains(where: \.wereFoundLater) { metadata.notes.append(.namesFoundLater) }
    if !isClosed, !fileModules(named: { $0 == nil }).isEmpty { metadata.notes.append(.namesMissing) }
    var resolver = FrameResolver(tables: tables, names: names, shows: shows)
    var profile = try resolver.resolve(&budget)
    metadata.notes += profile.metadata.notes
    profile.metadata = metadata
    profile.processes = tables.processes
    profile.threads = tables.threads
    // Moved and not copied: they are most of a long recording.
    profile.samples = samples
    samples = []
    profile.valueTypes = valueTypes
    profile.preferredValue = ValueTypeID(index: 0)
    var isSorted = true
    var last: UInt64 = 0
    for index in profile.samples.indices {
      profile.samples[index].stack = profile.samples[index].stack.map { resolver.stacks[$0.index] }
      isSorted = isSorted && last <= profile.samples[index].time
      last = profile.samples[index].time
    }
    if !isSorted { profile.samples.sort { $0.time < $1.time } }
    profile.marks = marks.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
      .map(\.element)
    profile.placeMarks()
    profile.explainWaits()
    return profile
  }
}
