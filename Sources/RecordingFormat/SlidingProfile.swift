import ProfileModel
import RecordingSchema

/// The last seconds of what is being recorded, as a profile that every view takes.
///
///     windows    ├─ dropped ─┼───┼───┼───┤ now
///     profile                    ├─ span ┤   of the samples in it, with the rows that these need and no others
///
/// Made from the same parts as a finished recording's profile, so that it says what a recording of this time would. Memory:
/// the tables of frames and stacks, which the recorder bounds by starting anew (`restart`), and the samples of the span.
package struct SlidingProfile {
  private struct Row {
    /// Microseconds since the start.
    var time: UInt64
    var thread: UInt32
    /// The stack's index plus 1; 0 for none.
    var stack: UInt32
    var value: UInt32
    var weight: UInt64
  }

  private struct Slice {
    var rows: [Row]
    /// Totals when it began, and when it ended.
    var before: RecordingCounters
    var after: RecordingCounters
  }

  /// A row that may leave when nothing has referred to it for long.
  private struct Kept<Record> {
    var record: Record
    var lastUse: UInt64
  }

  /// Seconds that the profile goes back.
  package let span: Double
  private var header = RecordingHeader()
  private var modules: [RecordedModule] = []
  private var markers: [FrameMarker] = []
  private var frames: (modules: [UInt32], addresses: [UInt64], areAsyncCallers: [Bool]) = ([], [], [])
  private var stacks: (parents: [UInt32], frames: [UInt32]) = ([], [])
  private var processes: [UInt32: ProcessRecord] = [:]
  private var threads: [UInt32: Kept<ThreadRecord>] = [:]
  private var processCount: UInt32 = 0
  private var threadCount: UInt32 = 0
  private var names: [UInt32: RecordedNames] = [:]
  private var slices: [Slice] = []
  private var counters = RecordingCounters()
  private var time: UInt64 = 0
  private var uses: UInt64 = 0
  private var skipsWindow = false

  /// Samples that are kept at most: of more the oldest leave before their time.
  private static let mostRows = 400_000
  /// Threads that are remembered at most.
  private static let mostThreads = 50_000

  /// Nothing yet; the profile will be of this many seconds at most.
  package init(span: Double) { self.span = span }

  /// Sampling begins.
  package mutating func begin(_ header: RecordingHeader) {
    self.header = header
    // What a period says that a recording can't hold is not said.
    self.header.valueTypes = header.valueTypes.map { ValueType($0.recorded) }
  }

  /// Forgets frames and stacks, and the samples that refer to them.
  package mutating func restart() {
    markers = []
    frames = ([], [], [])
    stacks = ([], [])
    names = [:]
    slices = []
  }

  /// Forgets all samples, and those of the next window: sampling stood still for part of it.
  package mutating func skipWindow() {
    slices = []
    skipsWindow = true
  }

  /// Adds what was sampled since the last time.
  package mutating func add(_ window: RecordingWindow) {
    modules += window.modules
    markers += window.markers
    frames.modules += window.frames.modules
    frames.addresses += window.frames.addresses
    frames.areAsyncCallers += window.frames.areAsyncCallers
    stacks.parents += window.stacks.parents
    stacks.frames += window.stacks.frames
    for process in window.processes {
      processes[processCount] = process
      processCount &+= 1
    }
    uses += 1
    for thread in window.threads {
      threads[threadCount] = Kept(record: thread, lastUse: uses)
      threadCount &+= 1
    }
    let slice = Slice(rows: rows(of: window.samples), before: counters, after: window.counters)
    counters = window.counters
    if !skipsWindow { slices.append(slice) }
    skipsWindow = false
    let begin = counters.durationSeconds - span
    slices.removeAll { $0.after.durationSeconds <= begin }
    var count = slices.reduce(0) { $0 + $1.rows.count }
    while count > Self.mostRows, slices.count > 1 { count -= slices.removeFirst().rows.count }
    if threads.count > Self.mostThreads { forgetThreads() }
  }

  /// Adds names of a module.
  package mutating func add(_ names: RecordedNames) {
    self.names[names.module, default: RecordedNames(module: names.module)].merge(names)
  }

  /// Seconds that the profile is of now.
  package var seconds: Double {
    min(span, counters.durationSeconds - (slices.first?.before.durationSeconds ?? counters.durationSeconds))
  }

  /// The profile of the last seconds.
  package func profile() -> Profile? {
    var part = Part(self)
    let from = UInt64(max(0, counters.durationSeconds - span) * 1e6)
    var samples = Recording_Samples()
    var (lastTime, lastStack): (UInt64, UInt32) = (0, 0)
    for slice in slices {
      for row in slice.rows where row.time >= from {
        let stack = row.stack == 0 ? 0 : part.stack(row.stack - 1)
        samples.time.append(Int64(bitPattern: row.time &- lastTime))
        samples.thread.append(part.thread(row.thread))
        samples.stack.append(Int32(bitPattern: stack &- lastStack))
        samples.value.append(row.value)
        samples.weight.append(row.weight)
        (lastTime, lastStack) = (row.time, stack)
      }
    }
    var assembly = ProfileAssembly(tables: part.tables)
    assembly.add(header)
    guard assembly.add(samples) else { return nil }
    assembly.add(counted)
    for part in names.values.sorted(by: { $0.module < $1.module }) { assembly.add(part) }
    var trailer = RecordingTrailer()
    trailer.durationSeconds = seconds
    assembly.add(trailer)
    var budget = ReadingBudget.unlimited
    return try? assembly.finish(unread: .init(bytes: 0, isAll: true), shows: [], &budget)
  }

  /// What was counted within the span.
  private var counted: RecordingCounters {
    let before = slices.first?.before ?? counters
    var result = counters
    result.lost -= min(result.lost, before.lost)
    result.throttled -= min(result.throttled, before.throttled)
    result.lateRecords -= min(result.lateRecords, before.lateRecords)
    result.malformedRecords -= min(result.malformedRecords, before.malformedRecords)
    result.ringCorruptions -= min(result.ringCorruptions, before.ringCorruptions)
    func difference(_ key: KeyPath<RecordingCounters, Double?>) -> Double? {
      guard let now = counters[keyPath: key] else { return nil }
      // Before anything was counted, it was nothing.
      guard let then = before[keyPath: key] ?? (before.durationSeconds == 0 ? 0 : nil) else { return nil }
      return max(0, now - then)
    }
    result.cpuSecondsUsed = difference(\.cpuSecondsUsed)
    result.cpuSecondsSampled = difference(\.cpuSecondsSampled)
    result.durationSeconds = seconds
    return result
  }

  private mutating func rows(of samples: RecordingWindow.Samples) -> [Row] {
    var rows: [Row] = []
    rows.reserveCapacity(samples.count)
    var stack: UInt32 = 0
    for index in 0..<samples.count {
      time = time &+ UInt64(bitPattern: samples.time[index])
      stack = stack &+ UInt32(bitPattern: samples.stack[index])
      threads[samples.thread[index]]?.lastUse = uses
      rows.append(
        Row(
          time: time, thread: samples.thread[index], stack: stack,
          value: samples.value.isEmpty ? 0 : samples.value[index],
          weight: samples.weight.isEmpty ? 1 : samples.weight[index]))
    }
    return rows
  }

  /// Drops the threads that were sampled longest ago, and processes without threads.
  private mutating func forgetThreads() {
    let order = threads.sorted { ($0.value.lastUse, $0.key) < ($1.value.lastUse, $1.key) }
    for (key, _) in order.prefix(threads.count / 2) { threads[key] = nil }
    let used = Set(threads.values.map(\.record.process.rawValue))
    processes = processes.filter { used.contains($0.key) }
  }

  /// Tables with the rows that samples of the span need.
  private struct Part {
    var tables = RecordingTables()
    private let whole: SlidingProfile
    private var newStacks: [UInt32]
    private var newThreads: [UInt32: UInt32] = [:]
    private var newProcesses: [UInt32: UInt32] = [:]
    private var path: [UInt32] = []

    init(_ whole: SlidingProfile) {
      self.whole = whole
      newStacks = Array(repeating: 0, count: whole.stacks.parents.count)
      tables.modules = whole.modules
      tables.markers = whole.markers
    }

    /// The new index, plus 1, of a stack; 0 for one that isn't there.
    mutating func stack(_ index: UInt32) -> UInt32 {
      guard Int(index) < newStacks.count else { return 0 }
      path.removeAll(keepingCapacity: true)
      var node = index
      // A parent is always an earlier row.
      while newStacks[Int(node)] == 0 {
        path.append(node)
        let parent = whole.stacks.parents[Int(node)]
        guard parent < node else { break }
        node = parent
      }
      var parent = path.last == node ? nil : StackID(rawValue: newStacks[Int(node)] - 1)
      for node in path.reversed() {
        let row = Int(whole.stacks.frames[Int(node)])
        let frame = tables.frames.intern(
          module: whole.frames.modules[row], address: whole.frames.addresses[row],
          isAsyncCaller: whole.frames.areAsyncCallers[row])
        let stack = tables.stacks.intern(parent: parent, frame: frame)
        newStacks[Int(node)] = stack.rawValue + 1
        parent = stack
      }
      return newStacks[Int(index)]
    }

    /// The new index of a thread.
    mutating func thread(_ index: UInt32) -> UInt32 {
      if let known = newThreads[index] { return known }
      var record = whole.threads[index]?.record
      let process = process(record?.process.rawValue)
      if let first = record?.first?.rawValue, first != index {
        record?.first = whole.threads[first]?.record.first == nil ? ThreadID(rawValue: thread(first)) : nil
      }
      let new = UInt32(truncatingIfNeeded: tables.threads.count)
      newThreads[index] = new
      tables.threads.append(
        ThreadRecord(
          process: ProcessID(rawValue: process), tid: record?.tid ?? 0, name: record?.name ?? "", first: record?.first))
      return new
    }

    private mutating func process(_ index: UInt32?) -> UInt32 {
      let key = index ?? .max
      if let known = newProcesses[key] { return known }
      let record = index.flatMap { whole.processes[$0] }
      let new = UInt32(truncatingIfNeeded: tables.processes.count)
      newProcesses[key] = new
      tables.processes.append(ProcessRecord(pid: record?.pid ?? 0, name: record?.name ?? ""))
      return new
    }
  }
}
