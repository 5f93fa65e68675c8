import ProfileModel
import Testing

@Suite struct CompletenessTests {
  /// A profile of samples with these stacks, root first: functions by name, markers as such.
  private func profile(_ stacks: [[(name: String, kind: FrameKind, isSymbolized: Bool)]]) -> Profile {
    var builder = ProfileBuilder()
    builder.profile.processes = [ProcessRecord(pid: 1, name: "p")]
    builder.profile.threads = [ThreadRecord(process: ProcessID(rawValue: 0), tid: 1, name: "p")]
    for frames in stacks {
      var stack: StackID?
      for frame in frames {
        let function = builder.intern(Function(name: frame.name, isSymbolized: frame.isSymbolized))
        stack = builder.intern(parent: stack, frame: builder.intern(Frame(function: function, kind: frame.kind)))
      }
      builder.profile.samples.append(Sample(time: 0, thread: ThreadID(rawValue: 0), stack: stack))
    }
    builder.profile.metadata.isRecorded = true
    return builder.profile
  }

  /// Other files don't mark the stacks that lost their root, so that nobody knows of the rest.
  @Test func whichStacksAreRootedIsNotKnownOfFilesFromElsewhere() {
    var foreign = profile([[("main", .user, true)], [("[truncated: x]", .truncated, true), ("f", .user, true)]])
    foreign.metadata.isRecorded = false
    let completeness = foreign.preferred.completeness()
    #expect(completeness.rooted == nil)
    #expect(completeness.rootedShare == nil)
    #expect(completeness.truncated == ["x": 1])
  }

  /// A task is a root, whatever runs it; a gap is none.
  @Test func asyncStacksCountApart() {
    let task: (String, FrameKind, Bool) = ("[Swift task]", .task, true)
    let gap: (String, FrameKind, Bool) = ("[async: callers not shown]", .asyncGap, true)
    let leaf: (String, FrameKind, Bool) = ("leaf", .user, true)
    let cut: (String, FrameKind, Bool) = ("[truncated: x]", .truncated, true)
    let completeness = profile([
      [task, ("main", .asyncCaller, true), leaf], [gap, leaf], [cut, task, leaf], [leaf], [cut, leaf],
    ]).preferred.completeness()
    #expect(completeness.async == 3)
    #expect(completeness.asyncComplete == 2)
    #expect(completeness.rooted == 3)
    #expect(completeness.truncated == ["async: callers not shown": 1, "x": 1])
  }

  @Test func nothingSampledHasNoShareThatIsRooted() {
    let completeness = profile([]).preferred.completeness()
    #expect(completeness.rooted == 0)
    #expect(completeness.rootedShare == nil)
  }

  /// A marker names no code, whatever it stands for.
  @Test func samplesWithoutAnyFrameHaveNoName() {
    let marker = Function.truncationMarker(.noUserRegisters).name
    let completeness = profile([
      [(marker, .truncated, true)], [("main", .user, true), ("[3 frames elided]", .elided, true)], [],
      [(marker, .truncated, true), ("read", .kernel, true)], [("main", .user, true)], [("a+0x1", .user, false)],
    ]).preferred.completeness()
    #expect(completeness.symbolizedSelf == 2)
    #expect(completeness.unsymbolizedSelf == 4)
    #expect(completeness.rooted == 3)
    #expect(completeness.truncated == ["no user registers": 2, "no frames": 1])
  }
}
