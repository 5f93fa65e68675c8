import FoundationEssentials
import ProfileModel
import RecordingSchema
import SwiftProtobuf

extension RecordingChunk {
  /// A window in chunks: one, as a rule.
  ///
  /// - Parameter limit: Bytes that an unpacked chunk should not exceed.
  package static func chunks(of window: RecordingWindow, limit: Int = usualBytes) -> [RecordingChunk] {
    var pieces = ChunkPieces(limit: limit)
    // Each row behind those that it refers to, wherever a chunk ends.
    window.addRows(to: &pieces)
    window.addFrames(to: &pieces)
    window.addStacks(to: &pieces)
    window.samples.add(to: &pieces)
    window.addMarks(to: &pieces)
    pieces.current.counters = window.counters.message(samples: window.sampleCount)
    return pieces.finish().map(RecordingChunk.init)
  }
}

extension RecordingWindow {
  fileprivate func addRows(to pieces: inout ChunkPieces) {
    for module in modules {
      pieces.makeRoom(text: module.path.utf8.count + (module.buildID?.bytes.count ?? 0))
      pieces.current.modules.append(
        .with {
          $0.path = module.path
          $0.buildID = .init(module.buildID?.bytes ?? [])
          $0.kind = Recording_Module.Kind(rawValue: Int(module.kind.rawValue)) ?? .file
          $0.pid = module.pid
        })
    }
    for process in processes {
      pieces.makeRoom(text: process.name.utf8.count)
      pieces.current.processes.append(
        .with {
          $0.pid = process.pid
          $0.name = process.name
          $0.first = process.first.map { $0.rawValue &+ 1 } ?? 0
        })
    }
    for thread in threads {
      pieces.makeRoom(text: thread.name.utf8.count)
      pieces.current.threads.append(
        .with {
          $0.process = thread.process.rawValue
          $0.tid = thread.tid
          $0.name = thread.name
          $0.first = thread.first.map { $0.rawValue &+ 1 } ?? 0
        })
    }
    for marker in markers {
      let name = marker.name
      pieces.makeRoom(text: 2 * name.utf8.count)
      pieces.current.markers.append(name)
      pieces.current.markerFacts.append(marker.message)
    }
  }

  fileprivate func addFrames(to pieces: inout ChunkPieces) {
    var next = 0
    while next < frames.modules.count {
      // A module's index takes 5 bytes at most, a difference of addresses 10, a kind 1.
      let rows = next..<next + pieces.makeRoom(upTo: frames.modules.count - next, bytesEach: 16)
      var last: UInt64 = 0
      pieces.current.frames = .with {
        $0.module = Array(frames.modules[rows])
        if frames.areAsyncCallers[rows].contains(true) { $0.kind = frames.areAsyncCallers[rows].map { $0 ? 1 : 0 } }
        $0.address = frames.addresses[rows].map { address in
          defer { last = address }
          return Int64(bitPattern: address &- last)
        }
      }
      next = rows.upperBound
    }
  }

  fileprivate func addStacks(to pieces: inout ChunkPieces) {
    var next = 0
    while next < stacks.parents.count {
      let nodes = next..<next + pieces.makeRoom(upTo: stacks.parents.count - next, bytesEach: 10)
      var rows = Recording_Stacks()
      var lastParent: UInt32 = 0
      var lastFrame: UInt32 = 0
      for node in nodes {
        // `noParent` is 2^32 - 1, so that a root wraps to 0.
        let parent = stacks.parents[node] &+ 1
        let frame = stacks.frames[node]
        rows.parent.append(Int32(bitPattern: parent &- lastParent))
        rows.frame.append(Int32(bitPattern: frame &- lastFrame))
        lastParent = parent
        lastFrame = frame
      }
      pieces.current.stacks = rows
      next = nodes.upperBound
    }
  }
}

extension RecordingWindow {
  fileprivate func addMarks(to pieces: inout ChunkPieces) {
    var names: [String: UInt32] = [:]
    var last: UInt64 = 0
    for mark in marks {
      pieces.makeRoom(text: mark.name.utf8.count)
      if pieces.current.marks.time.isEmpty { (names, last) = ([:], 0) }
      if !mark.name.isEmpty, names[mark.name] == nil {
        pieces.current.markNames.append(mark.name)
        names[mark.name] = UInt32(truncatingIfNeeded: pieces.current.markNames.count)
      }
      let time = mark.time / 1000
      pieces.current.marks.time.append(Int64(bitPattern: time &- last))
      pieces.current.marks.kind.append(UInt32(mark.kind.rawValue))
      pieces.current.marks.pid.append(mark.numbers.pid)
      pieces.current.marks.tid.append(mark.numbers.tid)
      pieces.current.marks.parentPid.append(mark.parent.pid)
      pieces.current.marks.parentTid.append(mark.parent.tid)
      pieces.current.marks.count.append(mark.count)
      pieces.current.marks.name.append(names[mark.name] ?? 0)
      last = time
    }
  }
}

extension RecordingWindow.Samples {
  fileprivate func add(to pieces: inout ChunkPieces) {
    var next = 0
    var lastStack: UInt32 = 0
    while next < count {
      let rows = next..<next + pieces.makeRoom(upTo: count - next, bytesEach: 35)
      pieces.current.samples = message(rows, behind: lastStack)
      for difference in stack[rows] { lastStack &+= UInt32(bitPattern: difference) }
      next = rows.upperBound
    }
  }

  /// Some of the samples, before which the last one's stack was `lastStack`.
  func message(_ rows: Range<Int>, behind lastStack: UInt32) -> Recording_Samples {
    .with {
      $0.time = Array(time[rows])
      $0.thread = Array(thread[rows])
      $0.stack = Array(stack[rows])
      if !value.isEmpty { $0.value = Array(value[rows]) }
      if !weight.isEmpty { $0.weight = Array(weight[rows]) }
      // Differences begin anew in each chunk.
      if let first = $0.stack.first { $0.stack[0] = Int32(bitPattern: UInt32(bitPattern: first) &+ lastStack) }
    }
  }
}
