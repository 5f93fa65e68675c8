import Glibc
import Processes
import ProfileModel
import Testing

@testable import Recording
@testable import RecordingFormat
@testable import Sampling

/// A recording of what a test makes up.
struct ScriptedRecording {
  var options = RecordOptions(target: .processes([]), command: ["example", "--fast"])
  var sinks: [any WindowSink] = []
  var largestBacklog = 256 << 20
  var draftLimit = 4 << 20
  var idleModules = ModuleAging.usualLimit
  /// `/dev/full` for a full disk; a file in memory otherwise.
  var path: String?
  var stopsAfter = Int.max

  init() { options.symbols.usesDebuginfod = false }

  /// Records all steps.
  func record(
    _ steps: [ScriptedSampler.Step], last: [ScriptedRecord] = [], events: [SampledEvent] = []
  ) throws -> RecordOutcome {
    let clock = ScriptedClock()
    var sampler = ScriptedSampler(steps, last: last, events: events, clock: clock)
    let file = RecordingFile(
      RecordingWriter(
        path: path ?? "memory", owning: try descriptor(), hasValueTypes: !events.isEmpty, largestBacklog: largestBacklog
      ),
      draftLimit: draftLimit)
    var session = RecordingSession(
      options: options, sampler: sampler.description, file: file, sinks: sinks,
      source: FilesAlone(), idleModules: idleModules, clock: { clock.now })
    var polls = 0
    try session.loop.run(&sampler) {
      defer { polls += 1 }
      return polls >= stopsAfter
    }
    #expect(sampler.isFinished)
    return session.finish(file, sampler.description, effects: sampler.effects, commandTime: nil) { _ in true }
  }

  private func descriptor() throws -> Int32 {
    if let path {
      let descriptor = open(path, O_RDWR | O_CLOEXEC)
      try #require(descriptor >= 0)
      return descriptor
    }
    var name = Array("/tmp/perfprof-recording.XXXXXX\0".utf8CString)
    let descriptor = mkstemp(&name)
    try #require(descriptor >= 0)
    unlink(name)
    return descriptor
  }
}

extension RecordOutcome {
  /// The profile, which must be known and the one that is read back.
  func sameBothWays(_ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation) throws -> Profile {
    #expect(isProfileKnown, comment, sourceLocation: sourceLocation)
    let profile = try profile()
    let read = try RecordingReader.read(try contents(), path: "memory")
    #expect(profile.isSame(as: read), comment, sourceLocation: sourceLocation)
    return profile
  }
}

extension Profile {
  /// Whether all of it is the same, so that every view is.
  func isSame(as other: Profile) -> Bool {
    metadata == other.metadata && processes == other.processes && threads == other.threads && modules == other.modules
      && functions == other.functions && frames == other.frames && stacks.parents == other.stacks.parents
      && stacks.frames == other.stacks.frames && valueTypes == other.valueTypes
      && preferredValue == other.preferredValue && samples == other.samples
  }

  /// The names of a sample's frames, root first.
  func names(of sample: Sample) -> [String] {
    sample.stack.map { stacks.path(to: $0).map { functions[frames[Int($0)].function.index].name } } ?? []
  }

  /// The names that a sample's process and thread had.
  func owner(of sample: Sample) -> [String] {
    let thread = threads[sample.thread.index]
    return [processes[thread.process.index].name, thread.name]
  }
}
