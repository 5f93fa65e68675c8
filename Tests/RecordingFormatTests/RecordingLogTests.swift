import ProfileModel
import RecordingSchema
import Testing
import Wording

@testable import RecordingFormat

/// A recording of two chunks: main ─► parse (2 samples, then 1), main ─► emit (1 sample), one truncated stack.
private struct Example {
  var bytes: [UInt8]
  /// Where each chunk ends.
  var ends: [Int] = []

  init() throws {
    var log = RecordingLog()
    bytes = ChunkFraming.fileHeader
    let module = log.add(RecordedModule(path: "/usr/bin/example", buildID: BuildID([0xAB, 0xCD]), kind: .file))
    let process = log.add(ProcessRecord(pid: 42, name: "example"))
    let thread = log.add(ThreadRecord(process: process, tid: 43, name: "worker"))
    let main = log.stack(parent: nil, frame: log.frame(module: module, address: 0x1000))
    let parse = log.stack(parent: main, frame: log.frame(module: module, address: 0x2000))
    log.add(time: 1_000, thread: thread, stack: parse)
    log.add(time: 3_000, thread: thread, stack: parse)
    var first = log.takeChunks(RecordingCounters())[0].message
    first.header = .with {
      $0.command = ["example", "--fast"]
      $0.sampler = "perf:cpu-clock"
      $0.requestedFrequency = 499
    }
    try append(first)

    let emit = log.stack(parent: main, frame: log.frame(module: module, address: 0x3000))
    let cut = log.stack(parent: nil, frame: log.frame(of: .truncated(.memoryUnreadable)))
    log.add(time: 5_000, thread: thread, stack: parse)
    log.add(time: 5_000, thread: thread, stack: emit)
    log.add(time: 9_000, thread: thread, stack: cut)
    var second = log.takeChunks(RecordingCounters())[0].message
    // As perfprof 0.1 wrote them.
    second.renames = [
      .with {
        $0.thread = thread.rawValue; $0.name = "emitter"
      }
    ]
    try append(second)

    var names = Recording_Chunk()
    names.symbols = [
      .with {
        $0.module = module
        $0.functions = [.with { $0.name = "main" }, .with { $0.name = "parse" }, .with { $0.name = "inlined" }]
        $0.locations = [
          .with { location in
            location.address = 0x1000
            location.lines = [
              .with {
                $0.function = 0; $0.line = 7
              }
            ]
          },
          .with { location in
            location.address = 0x2000
            location.lines = [
              .with {
                $0.function = 2; $0.line = 30
              },
              .with {
                $0.function = 1; $0.line = 20
              },
            ]
          },
        ]
      }
    ]
    names.trailer = .with { $0.durationSeconds = 2 }
    try append(names)
  }

  private mutating func append(_ chunk: Recording_Chunk) throws {
    bytes += ChunkFraming.frame(try chunk.serializedBytes())
    ends.append(bytes.count)
  }
}

private func names(_ profile: Profile, of sample: Sample) -> [String] {
  sample.stack.map { stack in
    profile.stacks.path(to: stack).map { profile.functions[profile.frames[Int($0)].function.index].name }
  } ?? []
}

@Suite struct RecordingLogTests {
  @Test func readsBackWhatWasRecorded() throws {
    let example = try Example()
    let profile = try RecordingReader.read(example.bytes, path: "test")
    #expect(profile.metadata.isComplete)
    #expect(profile.metadata.command == ["example", "--fast"])
    #expect(profile.metadata.durationSeconds == 2)
    #expect(profile.samples.map(\.time) == [1_000_000, 3_000_000, 5_000_000, 5_000_000, 9_000_000])
    #expect(names(profile, of: profile.samples[0]) == ["main", "parse", "inlined"])
    #expect(names(profile, of: profile.samples[3]) == ["main", "example+0x3000"])
    #expect(profile.threads.map(\.name) == ["emitter"])
    #expect(profile.modules.map(\.buildID?.description) == ["abcd"])
  }

  @Test func countsLateAndDamagedRecords() throws {
    // A recording from before they were counted has none.
    #expect(try RecordingReader.read(try Example().bytes, path: "test").metadata.faults.isEmpty)
    var counters = RecordingCounters()
    (counters.lateRecords, counters.malformedRecords, counters.ringCorruptions) = (3, 2, 1)
    var log = RecordingLog()
    let chunk: [UInt8] = try log.takeChunks(counters)[0].message.serializedBytes()
    let metadata = try RecordingReader.read(ChunkFraming.fileHeader + ChunkFraming.frame(chunk), path: "test").metadata
    #expect((metadata.lateRecords, metadata.malformedRecords, metadata.ringCorruptions) == (3, 2, 1))
    #expect(metadata.faults.count == 3)
  }

  @Test func keepsWhatSamplesAreOf() throws {
    var log = RecordingLog()
    let process = log.add(ProcessRecord(pid: 42, name: "example"))
    let thread = log.add(ThreadRecord(process: process, tid: 42, name: "example"))
    let types = [
      ValueType(name: "page-faults", unit: .count, period: 1, isCount: true),
      ValueType(name: "task-clock", unit: .nanoseconds, period: 2_004_008),
    ]
    log.add(time: 1, thread: thread, stack: nil)
    log.add(time: 2, thread: thread, stack: nil, value: 1, weight: 2_004_008)
    log.add(time: 3, thread: thread, stack: nil, value: 0, weight: 7)
    var first = log.takeChunks(RecordingCounters())[0].message
    first.header = .with { $0.requestedFrequency = 499 }
    first.valueTypes = types.map(\.recorded)
    log.add(time: 4, thread: thread, stack: nil, value: 1, weight: 5)
    let second = log.takeChunks(RecordingCounters())[0].message
    func profile(_ chunks: [Recording_Chunk]) throws -> Profile {
      let bytes: [[UInt8]] = try chunks.map { ChunkFraming.frame(try $0.serializedBytes()) }
      let header = ChunkFraming.fileHeader(version: ChunkFraming.versionWithValueTypes)
      return try RecordingReader.read(header + bytes.joined(), path: "test")
    }
    let whole = try profile([first, second])
    #expect(whole.valueTypes == types)
    #expect(whole.samples.map(\.value.index) == [0, 1, 0, 1])
    #expect(whole.samples.map(\.weight) == [1, 2_004_008, 7, 5])
    #expect(whole.valueTotals == [8, 2_004_013])
    #expect(whole.preferred.value.name == "page-faults")
    // A value type that is not there, or a column cut short, ends what is believed.
    var wrong = second
    wrong.samples.value = [2]
    #expect(try profile([first, wrong]).samples.count == 3)
    wrong = second
    wrong.samples.value = []
    wrong.samples.weight = [1, 2]
    #expect(try profile([first, wrong]).samples.count == 3)
  }

  @Test func marksInlinedCallsAndTruncatedStacks() throws {
    let profile = try RecordingReader.read(try Example().bytes, path: "test")
    let kinds = profile.samples[0].stack.map { profile.stacks.path(to: $0).map { profile.frames[Int($0)].kind } }
    #expect(kinds == [.user, .user, .inlined])
    let completeness = profile.preferred.completeness()
    #expect(completeness.rooted == 4)
    #expect(completeness.truncated == ["memory unreadable": 1])
    // The truncated stack has no other frame than its marker.
    #expect(completeness.unsymbolizedSelf == 2)
  }

  @Test func losesOnlyItsTailWhereverItIsCut() throws {
    let example = try Example()
    let samples = [0, 2, 5, 5]
    for length in 0..<example.bytes.count {
      let chunks = example.ends.count { $0 <= length }
      let read = Result { try RecordingReader.read(Array(example.bytes.prefix(length)), path: "cut") }
      guard chunks > 0 else {
        #expect(throws: (any Error).self) { try read.get() }
        continue
      }
      let profile = try read.get()
      #expect(profile.samples.count == samples[chunks], "cut to \(length) bytes")
      #expect(!profile.metadata.isComplete)
    }
  }

  @Test func survivesAnyDamage() throws {
    let example = try Example()
    let seed = UInt64.random(in: 0...UInt64.max)
    var state = seed
    for round in 0..<3_000 {
      var bytes = example.bytes
      for _ in 0..<(1 + round % 4) {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let place = Int(state >> 33) % bytes.count
        bytes[place] = UInt8(truncatingIfNeeded: state >> 24)
      }
      // Must neither crash nor hang; what is read must hold together.
      if let profile = try? RecordingReader.read(bytes, path: "seed \(seed)") { _ = profile.preferred.completeness() }
    }
  }

  private static func isRefused(_ chunk: Recording_Chunk) throws -> Bool {
    var assembly = ProfileAssembly()
    var budget = ReadingBudget()
    return try !assembly.add(chunk, &budget)
  }

  @Test func refusesReferencesThatLeadNowhere() throws {
    var chunk = Recording_Chunk()
    chunk.frames = .with {
      $0.module = [9]; $0.address = [0]
    }
    #expect(try Self.isRefused(chunk))
    chunk = Recording_Chunk()
    chunk.samples = .with {
      $0.time = [1]; $0.thread = [5]; $0.stack = [0]
    }
    #expect(try Self.isRefused(chunk))
    chunk = Recording_Chunk()
    chunk.stacks = .with {
      $0.parent = [3]; $0.frame = [0]
    }
    #expect(try Self.isRefused(chunk))
  }
}
