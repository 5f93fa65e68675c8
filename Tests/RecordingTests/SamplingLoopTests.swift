import Glibc
import Processes
import ProfileModel
import Testing
import Wording

@testable import Recording
@testable import RecordingFormat
@testable import Sampling

/// Notes what a sink is told.
private final class NotingSink: WindowSink {
  enum Call: Equatable { case begin, update, window(samples: Int), names(isAtEnd: Bool) }
  var calls: [Call] = []
  var progress: [RecordProgress] = []
  var windows: [RecordingWindow] = []

  func begin(_ header: RecordingHeader) { calls.append(.begin) }
  func update(_ progress: RecordProgress) {
    calls.append(.update)
    self.progress.append(progress)
  }
  func take(_ window: RecordingWindow) {
    calls.append(.window(samples: window.samples.count))
    windows.append(window)
  }
  func take(_ names: RecordedNames, isAtEnd: Bool) { calls.append(.names(isAtEnd: isAtEnd)) }
}

/// The loop and its windows, over a sampler whose records a test makes up.
@Suite struct SamplingLoopTests {
  private typealias Step = ScriptedSampler.Step

  private func samples(_ count: Int, of pid: Int32 = 10) -> [ScriptedRecord] {
    (0..<count).map { .sample(pid: pid, tid: pid, kernel: [UInt64(0xFFFF_0000 + $0 % 7)]) }
  }

  @Test func `windows end after two seconds, or 16,384 samples, and the last one with sampling`() throws {
    let sink = NotingSink()
    var recording = ScriptedRecording()
    recording.sinks = [sink]
    let steps = [
      Step(records: ScriptedRecord.start(10, "work") + samples(3), nanoseconds: 1_900_000_000),
      Step(records: samples(4)), Step(records: samples(16_384)), Step(records: samples(5)),
    ]
    let profile = try recording.record(steps, last: samples(2)).sameBothWays()
    #expect(
      sink.calls == [
        .begin, .update, .window(samples: 7), .update, .window(samples: 16_384), .update, .update, .window(samples: 7),
        .names(isAtEnd: true),
      ])
    #expect(profile.samples.count == 16_398)
    #expect(sink.progress.map(\.samples) == [3, 7, 16_391, 16_396])
    #expect(sink.windows.map(\.sampleCount) == [7, 16_391, 16_398])
    // Rows are told once; one frame stands for user code whose registers are missing.
    #expect(sink.windows.map(\.threads.count) == [1, 0, 0])
    #expect(sink.windows.map(\.frames.modules.count) == [5, 3, 0])
  }

  @Test func `samples stay in order, under the names of their time, whatever ends within a window`() throws {
    let steps = [
      Step(
        records: ScriptedRecord.start(10, "first") + samples(1) + [
          .event(.renamed(pid: 10, tid: 10, name: "second", isExec: false, time: 0))
        ] + samples(1) + [ScriptedRecord.end(10)] + samples(1) + ScriptedRecord.start(10, "third") + samples(1)),
      Step(records: [ScriptedRecord.end(10)]),
    ]
    let profile = try ScriptedRecording().record(steps).sameBothWays()
    #expect(profile.samples.map { profile.owner(of: $0)[0] } == ["first", "second", "second", "third"])
    #expect(profile.samples.map(\.time) == profile.samples.map(\.time).sorted())
  }

  @Test func `what was lost, throttled and damaged is counted`() throws {
    let steps = [
      Step(records: samples(2) + [.lost(7), .throttled, .malformed]), Step(records: [.lost(1), .throttled]),
    ]
    let metadata = try ScriptedRecording().record(steps, last: [.lost(2)]).sameBothWays().metadata
    #expect((metadata.lost, metadata.throttled, metadata.malformedRecords) == (10, 2, 1))
    #expect(metadata.sampler == "perf:cpu-clock")
    #expect(metadata.notes.contains { $0.sentence.contains("cycle") }, "\(metadata.notes)")
  }

  @Test func `a stack that can't be followed ends with its reason`() throws {
    let steps = [Step(records: ScriptedRecord.start(10, "work") + [.sample(pid: 10, tid: 10, code: 0x1234_5678)])]
    let profile = try ScriptedRecording().record(steps).sameBothWays()
    let completeness = profile.preferred.completeness()
    #expect(completeness.rooted == 0 && completeness.truncated.count == 1, "\(completeness.truncated)")
  }

  @Test func `stopped in the middle, all that was sampled until then is there`() throws {
    var recording = ScriptedRecording()
    recording.stopsAfter = 2
    let steps = (0..<5).map { _ in Step(records: samples(10)) }
    #expect(try recording.record(steps, last: samples(1)).sameBothWays().samples.count == 21)
    recording.stopsAfter = .max
    recording.options.durationSeconds = 0.25
    #expect(try recording.record(steps, last: samples(1)).sameBothWays().samples.count == 31)
  }

  @Test func `without any sample there is a profile all the same`() throws {
    for steps in [[], [Step(records: [])]] {
      let profile = try ScriptedRecording().record(steps).sameBothWays()
      #expect(profile.samples.isEmpty && profile.metadata.isComplete)
      #expect(profile.metadata.command == ["example", "--fast"])
    }
  }

  @Test func `an error of the sampler ends the loop`() throws {
    let steps = [Step(records: samples(1)), Step(records: [], error: .notPermitted(paranoid: 2, errno: EACCES))]
    #expect(throws: SamplingError.self) { try ScriptedRecording().record(steps) }
  }

  @Test func `a full disk costs nothing but the file, as long as there is memory`() throws {
    var recording = ScriptedRecording()
    recording.path = "/dev/full"
    let steps = (0..<3).map { _ in Step(records: samples(50), nanoseconds: 2_000_000_000) }
    let outcome = try recording.record(steps)
    #expect(outcome.writeFailure == ENOSPC)
    #expect(try outcome.sameBothWays().samples.count == 150)
  }

  @Test func `what a full disk and memory had no room for is in no profile, and that is said`() throws {
    var recording = ScriptedRecording()
    recording.path = "/dev/full"
    recording.largestBacklog = 3_000
    let steps = [20, 4_000, 0].map { Step(records: samples($0), nanoseconds: 2_000_000_000) }
    let outcome = try recording.record(steps)
    #expect(!outcome.isProfileKnown)
    let profile = try outcome.profile()
    #expect(profile.samples.count == 20)
    let notes = profile.metadata.notes.map(\.sentence)
    #expect(notes.contains { $0.contains("4000") || $0.contains("4,000") }, "\(notes)")
  }
}
