import Processes
import ProfileModel
import Testing

@testable import Recording
@testable import RecordingFormat
@testable import Sampling

/// The profile that a recorder has is the one that its file holds.
@Suite struct KnownProfileTests {
  private typealias Step = ScriptedSampler.Step

  /// Numbers that a seed determines.
  private struct Random {
    var state: UInt64
    mutating func below(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
  }

  /// Processes that begin, change, are sampled and end at random.
  private func randomSteps(_ random: inout Random, events: Int) -> [Step] {
    (0..<(1 + random.below(6))).map { _ in
      var records: [ScriptedRecord] = []
      for _ in 0..<random.below(400) {
        let pid = Int32(5_000_000 + random.below(20))
        let tid = pid + Int32(random.below(3)) * 1_000
        switch random.below(12) {
        case 0: records += ScriptedRecord.start(pid, "name \(random.below(5))", by: Int32(5_000_000 + random.below(20)))
        case 1: records.append(.event(.exited(pid: pid, tid: tid, time: 0)))
        case 2:
          let name = "é;\(random.below(3))"
          records.append(.event(.renamed(pid: pid, tid: tid, name: name, isExec: false, time: 0)))
        case 3: records.append([.lost(3), .throttled, .malformed][random.below(3)])
        default:
          let kernel = (0..<random.below(9)).map { _ in 0xFFFF_FFFF_8100_0000 + UInt64(random.below(1 << 20)) }
          records.append(
            .sample(
              pid: pid, tid: tid, kernel: kernel,
              code: random.below(3) == 0 ? UInt64(random.below(1 << 30)) : nil,
              event: events == 0 ? 0 : random.below(events), period: UInt64(random.below(1 << 30))))
        }
      }
      return Step(records: records, nanoseconds: UInt64(random.below(3_000_000_000)))
    }
  }

  @Test func `it is the same in all parts, whatever was sampled`() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = Random(state: seed)
    for round in 0..<40 {
      var events: [SampledEvent] = []
      if round % 3 == 1 { events = try EventCatalog().events(named: "page-faults,context-switches") }
      let steps = randomSteps(&random, events: events.count)
      _ = try ScriptedRecording().record(steps, events: events).sameBothWays("seed \(seed), round \(round)")
    }
  }

  @Test func `past its limit it is read back instead, and is the same`() throws {
    var random = Random(state: 7)
    var steps: [Step] = []
    for _ in 0..<5 { steps += randomSteps(&random, events: 0) }
    var recording = ScriptedRecording()
    let known = try recording.record(steps).sameBothWays()
    recording.draftLimit = 500
    let outcome = try recording.record(steps)
    #expect(!outcome.isProfileKnown)
    var read = try outcome.profile()
    // What differs between any two recordings.
    read.metadata.startTime = known.metadata.startTime
    read.metadata.profilerCPUSeconds = known.metadata.profilerCPUSeconds
    read.metadata.profilerPeakResidentBytes = known.metadata.profilerPeakResidentBytes
    #expect(read.samples.map(\.stack) == known.samples.map(\.stack))
    #expect(read.frames == known.frames && read.functions == known.functions && read.threads == known.threads)
  }

  @Test func `names of several chunks are not put together here`() {
    var draft = ProfileDraft(RecordingHeader())
    draft.add(RecordedNames(module: 0), chunks: 2, isAtEnd: true)
    #expect(draft.profile(tables: RecordingTables(), trailer: RecordingTrailer()) == nil)
  }
}
