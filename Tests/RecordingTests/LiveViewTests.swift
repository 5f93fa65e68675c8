import ProfileModel
import Testing

@testable import Recording
@testable import RecordingFormat

/// What a live view is told, and what it makes of that.
@Suite struct LiveViewTests {
  private final class SlidingSink: WindowSink {
    var sliding: SlidingProfile
    var skipsBeforeWindow: Int?
    private var windows = 0

    init(span: Double) { sliding = SlidingProfile(span: span) }

    func begin(_ header: RecordingHeader) { sliding.begin(header) }
    func take(_ window: RecordingWindow) {
      if windows == skipsBeforeWindow { sliding.skipWindow() }
      windows += 1
      sliding.add(window)
    }
    func take(_ names: RecordedNames, isAtEnd: Bool) { sliding.add(names) }
  }

  private func samples(_ count: Int, from first: Int) -> [ScriptedRecord] {
    (0..<count).map { .sample(pid: 10, tid: 10, kernel: [UInt64(0xFFFF_0000 + first + $0), 0xFFFF_9000]) }
  }

  /// Stacks of a profile by name, with their weights.
  private func stacks(_ profile: Profile) -> [[String]: Int64] {
    var result: [[String]: Int64] = [:]
    for sample in profile.samples {
      let path = sample.stack.map { profile.stacks.path(to: $0) } ?? []
      let names = path.map { profile.functions[profile.frames[Int($0)].function.index].name }
      let thread = profile.threads[sample.thread.index]
      result[[profile.processes[thread.process.index].name, thread.name] + names, default: 0] += sample.weight
    }
    return result
  }

  @Test func `over all time it is the profile of the recording`() throws {
    let sink = SlidingSink(span: 1000)
    var recording = ScriptedRecording()
    recording.sinks = [sink]
    let steps = (0..<5).map { step in
      ScriptedSampler.Step(
        records: (step == 0 ? ScriptedRecord.start(10, "work") : []) + samples(7, from: step * 3) + [.lost(2)],
        nanoseconds: 1_500_000_000)
    }
    let whole = try recording.record(steps).sameBothWays()
    let live = try #require(sink.sliding.profile())
    #expect(stacks(live) == stacks(whole))
    #expect(live.samples.map(\.time) == whole.samples.map(\.time))
    #expect(live.metadata.lost == whole.metadata.lost && live.metadata.lost == 10)
    #expect(live.preferred.completeness() == whole.preferred.completeness())
  }

  @Test func `only the last seconds count, and what was lost in them`() throws {
    let sink = SlidingSink(span: 2.5)
    var recording = ScriptedRecording()
    recording.sinks = [sink]
    recording.options.windowSeconds = 1
    let steps = (0..<10).map { step in
      ScriptedSampler.Step(
        records: (step == 0 ? ScriptedRecord.start(10, "work") : []) + samples(4, from: step * 4) + [.lost(1)],
        nanoseconds: 1_000_000_000)
    }
    _ = try recording.record(steps).sameBothWays()
    let live = try #require(sink.sliding.profile())
    #expect(live.samples.count > 0 && live.samples.count <= 16, "\(live.samples.count)")
    #expect(live.metadata.lost > 0 && live.metadata.lost <= 4)
    #expect(sink.sliding.seconds <= 2.5)
    // None of the rows of long ago.
    #expect(live.stacks.count <= 20 && live.frames.count <= 20)
  }

  @Test func `what came while sampling stood still counts for nothing`() throws {
    let sink = SlidingSink(span: 100)
    var recording = ScriptedRecording()
    recording.sinks = [sink]
    recording.options.windowSeconds = 1
    let steps = (0..<6).map { step in
      ScriptedSampler.Step(
        records: (step == 0 ? ScriptedRecord.start(10, "work") : []) + samples(4, from: step * 4)
          + [.lost(step == 3 ? 50 : 1)],
        nanoseconds: step == 3 ? 60_000_000_000 : 1_500_000_000)
    }
    sink.skipsBeforeWindow = 3
    _ = try recording.record(steps).sameBothWays()
    let live = try #require(sink.sliding.profile())
    // The windows behind it, whose stacks stand on rows of those before.
    #expect(live.samples.count == 8 && live.metadata.lost == 2, "\(live.samples.count) \(live.metadata.lost)")
    #expect(sink.sliding.seconds < 4, "\(sink.sliding.seconds)")
  }

  @Test func `modules that were named are named again as often as there is time for`() {
    var frames = FrameRows()
    var naming = LiveNaming(now: 0)
    frames.append(module: 0, address: 5)  // A marker has no name to look for.
    frames.append(module: 1, address: 30)
    frames.append(module: 2, address: 20)
    frames.append(module: 1, address: 10, isAsyncCaller: true)
    frames.append(module: 1, address: 10)
    naming.add(frames)
    var due = naming.takeDue(now: 0)
    #expect(due.map(\.module) == [0, 1] && due[0].addresses == [10, 30] && due[1].addresses == [20])
    naming.note(costs: [0: 1_000_000, 1: 1_000])
    frames.append(module: 1, address: 40)
    frames.append(module: 2, address: 50)
    frames.append(module: 3, address: 60)
    naming.add(frames)
    // A new one is named at once, and what is cheap soon; the dear one waits.
    due = naming.takeDue(now: 1_000_000)
    #expect(due.map(\.module) == [1, 2] && due[0].addresses == [50])
    due = naming.takeDue(now: 400_000_000)
    #expect(due.map(\.module) == [0] && due[0].addresses == [40])
    #expect(naming.takeDue(now: .max).isEmpty)
  }

  @Test func `names come in parts, and the first ones of an address stay`() {
    func names(_ pairs: [(UInt64, String)]) -> RecordedNames {
      var names = RecordedNames(module: 0)
      names.source = "none"
      var known: [String: UInt32] = [:]
      for (address, name) in pairs {
        let function = known[name] ?? names.add(RecordedFunction(name: name))
        known[name] = function
        names.addLine(function: function, number: 1)
        names.add(address: address)
      }
      return names
    }
    var all = names([(10, "a"), (30, "b")])
    var more = names([(5, "c"), (10, "x"), (20, "b"), (40, "a")])
    more.source = ".symtab"
    all.merge(more)
    #expect(all.addresses == [5, 10, 20, 30, 40] && all.source == ".symtab")
    let found = all.addresses.map { all.functions[Int(all.lineFunctions[all.lines(at: $0).lowerBound])].name }
    #expect(found == ["c", "a", "b", "b", "a"])
  }
}
