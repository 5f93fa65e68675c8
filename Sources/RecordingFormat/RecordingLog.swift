import ProfileModel

/// Collects what is recorded and cuts it into windows. Memory: the tables of modules, frames and stacks; samples,
/// processes and threads, which come and go for as long as is recorded, only until the next window.
///
///     tables   ├────── in earlier windows ─────┼── pending ──┤
///                                         `flushed`        count
package struct RecordingLog: Sendable {
  /// What samples refer to, but for processes and threads.
  package private(set) var tables = RecordingTables()
  /// Samples so far.
  package private(set) var sampleCount: UInt64 = 0
  private var flushed = Flushed()
  private var pending = RecordingWindow.Samples()
  private var lastStack: UInt32 = 0
  private var processes = Pending<ProcessRecord>()
  private var threads = Pending<ThreadRecord>()
  private var markerFrames: [FrameMarker: UInt32] = [:]
  private var lastTime: UInt64 = 0
  private var marks = PendingMarks()

  /// A log of nothing.
  package init() {}

  private struct Flushed {
    var modules = 0
    var markers = 0
    var frames = 0
    var stacks = 0
  }

  private struct Pending<Row: Sendable>: Sendable {
    var rows: [Row] = []
    var flushed = 0

    mutating func add(_ row: Row) -> Int {
      rows.append(row)
      return flushed + rows.count - 1
    }

    mutating func take() -> [Row] {
      defer {
        flushed += rows.count
        rows = []
      }
      return rows
    }
  }

  /// How many samples the next window will hold.
  package var pendingSampleCount: Int { pending.count }

  // MARK: Rows

  /// Adds a module; its index.
  package mutating func add(_ module: RecordedModule) -> UInt32 {
    tables.modules.append(module)
    return UInt32(truncatingIfNeeded: tables.modules.count - 1)
  }

  /// Adds a process under one of its names.
  package mutating func add(_ process: ProcessRecord) -> ProcessID {
    ProcessID(index: processes.add(process))
  }

  /// Adds a thread under one of its names.
  package mutating func add(_ thread: ThreadRecord) -> ThreadID {
    ThreadID(index: threads.add(thread))
  }

  /// The frame for a place in a module.
  ///
  /// - Parameter isAsyncCaller: Whether it is no call on the stack but an async function that awaits what is called.
  package mutating func frame(module: UInt32, address: UInt64, isAsyncCaller: Bool = false) -> UInt32 {
    tables.frames.intern(module: module &+ 1, address: address, isAsyncCaller: isAsyncCaller)
  }

  /// The frame that stands for something else than a place in a module: the same for each reason and its module.
  package mutating func frame(of marker: FrameMarker) -> UInt32 {
    if let known = markerFrames[marker] { return known }
    let frame = tables.frames.intern(module: 0, address: UInt64(tables.markers.count))
    tables.markers.append(marker)
    markerFrames[marker] = frame
    return frame
  }

  /// The stack that goes on from `parent`, or begins, with a frame.
  package mutating func stack(parent: StackID?, frame: UInt32) -> StackID {
    tables.stacks.intern(parent: parent, frame: frame)
  }

  /// The same stack with another marker as its last frame.
  package mutating func stack(like stack: StackID, endingIn marker: FrameMarker) -> StackID {
    let parent = tables.stacks.parents[stack.index]
    return self.stack(
      parent: parent == StackTable.noParent ? nil : StackID(rawValue: parent), frame: frame(of: marker))
  }

  /// Adds a sample of so much of a value type, an index; `time` is in microseconds since the start.
  package mutating func add(
    time: UInt64, thread: ThreadID, stack: StackID?, value: UInt32 = 0, weight: UInt64 = 1
  ) {
    let before = pending.time.count
    if value != 0, pending.value.isEmpty { pending.value = [UInt32](repeating: 0, count: before) }
    if value != 0 || !pending.value.isEmpty { pending.value.append(value) }
    if weight != 1, pending.weight.isEmpty { pending.weight = [UInt64](repeating: 1, count: before) }
    if weight != 1 || !pending.weight.isEmpty { pending.weight.append(weight) }
    let stack = stack.map { $0.rawValue &+ 1 } ?? 0
    pending.time.append(Int64(bitPattern: time &- lastTime))
    pending.thread.append(thread.rawValue)
    pending.stack.append(Int32(bitPattern: stack &- lastStack))
    lastTime = time
    lastStack = stack
    sampleCount += 1
  }

  /// Adds what happened at a time, in nanoseconds since the start; of too many events the number only.
  package mutating func add(_ mark: ProfileMark) { marks.add(mark) }

  // MARK: Windows

  /// Everything since the last window, with the totals so far.
  package mutating func takeWindow(_ counters: RecordingCounters) -> RecordingWindow {
    var window = RecordingWindow()
    window.modules = Array(tables.modules[flushed.modules...])
    window.processes = processes.take()
    window.threads = threads.take()
    window.markers = Array(tables.markers[flushed.markers...])
    window.frames = (
      Array(tables.frames.modules[flushed.frames...]), Array(tables.frames.addresses[flushed.frames...]),
      Array(tables.frames.areAsyncCallers[flushed.frames...])
    )
    window.stacks = (Array(tables.stacks.parents[flushed.stacks...]), Array(tables.stacks.frames[flushed.stacks...]))
    window.samples = pending
    window.marks = marks.take()
    window.counters = counters
    window.sampleCount = sampleCount
    flushed = Flushed(
      modules: tables.modules.count, markers: tables.markers.count, frames: tables.frames.count,
      stacks: tables.stacks.count)
    pending = RecordingWindow.Samples()
    lastStack = 0
    return window
  }

  /// Forgets markers, frames and stacks, right behind a window; the next one's rows of these are the first again.
  package mutating func forgetStacks() {
    tables.markers = []
    tables.frames = FrameRows()
    tables.stacks = StackTable()
    markerFrames = [:]
    (flushed.markers, flushed.frames, flushed.stacks) = (0, 0, 0)
  }

  /// The next window as chunks: one, as a rule.
  ///
  /// - Parameter limit: Bytes that an unpacked chunk should not exceed.
  package mutating func takeChunks(
    _ counters: RecordingCounters, limit: Int = RecordingChunk.usualBytes
  ) -> [RecordingChunk] {
    RecordingChunk.chunks(of: takeWindow(counters), limit: limit)
  }
}
