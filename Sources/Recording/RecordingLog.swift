import ProfileModel
import RecordingSchema
import SwiftProtobuf

/// Collects what is recorded and cuts it into chunks. Memory: the tables of modules, frames and stacks; samples,
/// processes and threads, which come and go for as long as is recorded, only until the next chunk.
///
///     tables   ├────── in earlier chunks ──────┼── pending ──┤
///                                         `flushed`        count
struct RecordingLog: Sendable {
  private(set) var tables = RecordingTables()
  private(set) var sampleCount: UInt64 = 0
  private var flushed = Flushed()
  private var pending = PendingSamples()
  private var processes = Pending<ProcessRecord>()
  private var threads = Pending<ThreadRecord>()
  private var markerIndexes: [String: UInt32] = [:]
  private var lastTime: UInt64 = 0

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

  private struct PendingSamples {
    var time: [Int64] = []
    var thread: [UInt32] = []
    var stack: [Int32] = []
    /// Empty as long as all are 0, and 1.
    var value: [UInt32] = []
    var weight: [UInt64] = []
    var lastStack: UInt32 = 0
  }

  /// How many samples the next chunk will hold.
  var pendingSampleCount: Int { pending.time.count }

  // MARK: Rows

  mutating func add(_ module: RecordedModule) -> UInt32 {
    tables.modules.append(module)
    return UInt32(truncatingIfNeeded: tables.modules.count - 1)
  }

  mutating func add(_ process: ProcessRecord) -> ProcessID {
    ProcessID(index: processes.add(process))
  }

  mutating func add(_ thread: ThreadRecord) -> ThreadID {
    ThreadID(index: threads.add(thread))
  }

  /// The frame for a place in a module.
  mutating func frame(module: UInt32, address: UInt64) -> UInt32 {
    tables.frames.intern(module: module &+ 1, address: address)
  }

  /// The frame that stands for missing ones, by its text.
  mutating func marker(_ text: String) -> UInt32 {
    let index: UInt32
    if let known = markerIndexes[text] {
      index = known
    } else {
      index = UInt32(truncatingIfNeeded: tables.markers.count)
      tables.markers.append(text)
      markerIndexes[text] = index
    }
    return tables.frames.intern(module: 0, address: UInt64(index))
  }

  mutating func stack(parent: StackID?, frame: UInt32) -> StackID {
    tables.stacks.intern(parent: parent, frame: frame)
  }

  /// Adds a sample of so much of a value type, an index; `time` is in microseconds since the start.
  mutating func add(time: UInt64, thread: ThreadID, stack: StackID?, value: UInt32 = 0, weight: UInt64 = 1) {
    let before = pending.time.count
    if value != 0, pending.value.isEmpty { pending.value = [UInt32](repeating: 0, count: before) }
    if value != 0 || !pending.value.isEmpty { pending.value.append(value) }
    if weight != 1, pending.weight.isEmpty { pending.weight = [UInt64](repeating: 1, count: before) }
    if weight != 1 || !pending.weight.isEmpty { pending.weight.append(weight) }
    let stack = stack.map { $0.rawValue &+ 1 } ?? 0
    pending.time.append(Int64(bitPattern: time &- lastTime))
    pending.thread.append(thread.rawValue)
    pending.stack.append(Int32(bitPattern: stack &- pending.lastStack))
    lastTime = time
    pending.lastStack = stack
    sampleCount += 1
  }

  // MARK: Chunks

  /// Everything since the last chunk.
  mutating func takeChunk() -> Recording_Chunk {
    var chunk = Recording_Chunk()
    chunk.modules = tables.modules[flushed.modules...].map { module in
      .with {
        $0.path = module.path
        $0.buildID = .init(module.buildID?.bytes ?? [])
        $0.kind = Recording_Module.Kind(rawValue: module.kind.rawValue) ?? .file
        $0.pid = module.pid
      }
    }
    chunk.processes = processes.take().map { process in
      .with {
        $0.pid = process.pid; $0.name = process.name; $0.first = process.first.map { $0.rawValue &+ 1 } ?? 0
      }
    }
    chunk.threads = threads.take().map { thread in
      .with {
        $0.process = thread.process.rawValue; $0.tid = thread.tid; $0.name = thread.name
        $0.first = thread.first.map { $0.rawValue &+ 1 } ?? 0
      }
    }
    chunk.markers = Array(tables.markers[flushed.markers...])
    if flushed.frames < tables.frames.count { chunk.frames = pendingFrames() }
    if flushed.stacks < tables.stacks.count { chunk.stacks = pendingStacks() }
    if !pending.time.isEmpty {
      chunk.samples = .with {
        $0.time = pending.time
        $0.thread = pending.thread
        $0.stack = pending.stack
        $0.value = pending.value
        $0.weight = pending.weight
      }
    }
    flushed = Flushed(
      modules: tables.modules.count, markers: tables.markers.count, frames: tables.frames.count,
      stacks: tables.stacks.count)
    pending = PendingSamples()
    return chunk
  }

  private func pendingFrames() -> Recording_Frames {
    var rows = Recording_Frames()
    var last: UInt64 = 0
    rows.module = Array(tables.frames.modules[flushed.frames...])
    rows.address = tables.frames.addresses[flushed.frames...].map { address in
      defer { last = address }
      return Int64(bitPattern: address &- last)
    }
    return rows
  }

  private func pendingStacks() -> Recording_Stacks {
    var rows = Recording_Stacks()
    var lastParent: UInt32 = 0
    var lastFrame: UInt32 = 0
    for node in flushed.stacks..<tables.stacks.count {
      // `noParent` is 2^32 - 1, so that a root wraps to 0.
      let parent = tables.stacks.parents[node] &+ 1
      let frame = tables.stacks.frames[node]
      rows.parent.append(Int32(bitPattern: parent &- lastParent))
      rows.frame.append(Int32(bitPattern: frame &- lastFrame))
      lastParent = parent
      lastFrame = frame
    }
    return rows
  }
}
