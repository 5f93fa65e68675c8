import FoundationEssentials
import ProfileModel
import RecordingSchema
import SwiftProtobuf

/// Collects what is recorded and cuts it into chunks. Memory: the tables of modules, frames and stacks; samples,
/// processes and threads, which come and go for as long as is recorded, only until the next chunk.
///
///     tables   ├────── in earlier chunks ──────┼── pending ──┤
///                                         `flushed`        count
package struct RecordingLog: Sendable {
  /// What samples refer to, but for processes and threads.
  package private(set) var tables = RecordingTables()
  /// Samples so far.
  package private(set) var sampleCount: UInt64 = 0
  private var flushed = Flushed()
  private var pending = PendingSamples()
  private var processes = Pending<ProcessRecord>()
  private var threads = Pending<ThreadRecord>()
  private var markerIndexes: [String: UInt32] = [:]
  private var lastTime: UInt64 = 0

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
  package var pendingSampleCount: Int { pending.time.count }

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
  package mutating func frame(module: UInt32, address: UInt64) -> UInt32 {
    tables.frames.intern(module: module &+ 1, address: address)
  }

  /// The frame that stands for missing ones, by its text.
  package mutating func marker(_ text: String) -> UInt32 {
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

  /// The stack that goes on from `parent`, or begins, with a frame.
  package mutating func stack(parent: StackID?, frame: UInt32) -> StackID {
    tables.stacks.intern(parent: parent, frame: frame)
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
    pending.stack.append(Int32(bitPattern: stack &- pending.lastStack))
    lastTime = time
    pending.lastStack = stack
    sampleCount += 1
  }

  // MARK: Chunks

  /// Everything since the last chunk and the totals so far: one chunk, as a rule.
  ///
  /// - Parameter limit: Bytes that an unpacked chunk should not exceed.
  package mutating func takeChunks(
    _ counters: RecordingCounters, limit: Int = RecordingChunk.usualBytes
  ) -> [RecordingChunk] {
    var pieces = ChunkPieces(limit: limit)
    // Each row behind those that it refers to, wherever a chunk ends.
    addRows(to: &pieces)
    addFrames(to: &pieces)
    addStacks(to: &pieces)
    addSamples(to: &pieces)
    pieces.current.counters = counters.message(samples: sampleCount)
    flushed = Flushed(
      modules: tables.modules.count, markers: tables.markers.count, frames: tables.frames.count,
      stacks: tables.stacks.count)
    pending = PendingSamples()
    return pieces.finish().map(RecordingChunk.init)
  }

  private mutating func addRows(to pieces: inout ChunkPieces) {
    for module in tables.modules[flushed.modules...] {
      pieces.makeRoom(text: module.path.utf8.count + (module.buildID?.bytes.count ?? 0))
      pieces.current.modules.append(
        .with {
          $0.path = module.path
          $0.buildID = .init(module.buildID?.bytes ?? [])
          $0.kind = Recording_Module.Kind(rawValue: module.kind.rawValue) ?? .file
          $0.pid = module.pid
        })
    }
    for process in processes.take() {
      pieces.makeRoom(text: process.name.utf8.count)
      pieces.current.processes.append(
        .with {
          $0.pid = process.pid
          $0.name = process.name
          $0.first = process.first.map { $0.rawValue &+ 1 } ?? 0
        })
    }
    for thread in threads.take() {
      pieces.makeRoom(text: thread.name.utf8.count)
      pieces.current.threads.append(
        .with {
          $0.process = thread.process.rawValue
          $0.tid = thread.tid
          $0.name = thread.name
          $0.first = thread.first.map { $0.rawValue &+ 1 } ?? 0
        })
    }
    for marker in tables.markers[flushed.markers...] {
      pieces.makeRoom(text: marker.utf8.count)
      pieces.current.markers.append(marker)
    }
  }

  private func addFrames(to pieces: inout ChunkPieces) {
    var next = flushed.frames
    while next < tables.frames.count {
      // A module's index takes 5 bytes at most, a difference of addresses 10.
      let rows = next..<next + pieces.makeRoom(upTo: tables.frames.count - next, bytesEach: 15)
      var last: UInt64 = 0
      pieces.current.frames = .with {
        $0.module = Array(tables.frames.modules[rows])
        $0.address = tables.frames.addresses[rows].map { address in
          defer { last = address }
          return Int64(bitPattern: address &- last)
        }
      }
      next = rows.upperBound
    }
  }

  private func addStacks(to pieces: inout ChunkPieces) {
    var next = flushed.stacks
    while next < tables.stacks.count {
      let nodes = next..<next + pieces.makeRoom(upTo: tables.stacks.count - next, bytesEach: 10)
      var rows = Recording_Stacks()
      var lastParent: UInt32 = 0
      var lastFrame: UInt32 = 0
      for node in nodes {
        // `noParent` is 2^32 - 1, so that a root wraps to 0.
        let parent = tables.stacks.parents[node] &+ 1
        let frame = tables.stacks.frames[node]
        rows.parent.append(Int32(bitPattern: parent &- lastParent))
        rows.frame.append(Int32(bitPattern: frame &- lastFrame))
        lastParent = parent
        lastFrame = frame
      }
      pieces.current.stacks = rows
      next = nodes.upperBound
    }
  }

  private func addSamples(to pieces: inout ChunkPieces) {
    var next = 0
    var lastStack: UInt32 = 0
    while next < pending.time.count {
      let rows = next..<next + pieces.makeRoom(upTo: pending.time.count - next, bytesEach: 35)
      pieces.current.samples = .with {
        $0.time = Array(pending.time[rows])
        $0.thread = Array(pending.thread[rows])
        $0.stack = Array(pending.stack[rows])
        if !pending.value.isEmpty { $0.value = Array(pending.value[rows]) }
        if !pending.weight.isEmpty { $0.weight = Array(pending.weight[rows]) }
        // Differences begin anew in each chunk.
        if let first = $0.stack.first { $0.stack[0] = Int32(bitPattern: UInt32(bitPattern: first) &+ lastStack) }
      }
      for difference in pending.stack[rows] { lastStack &+= UInt32(bitPattern: difference) }
      next = rows.upperBound
    }
  }
}
