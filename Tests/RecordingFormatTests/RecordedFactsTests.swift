import ProfileModel
import RecordingSchema
import Testing
import Wording

@testable import RecordingFormat

/// What limits trust, as recordings hold it.
@Suite struct RecordedFactsTests {
  static let sampling: [SamplingNote] = [
    .perfNotUsed(errno: 13, paranoid: 3), .perfNotUsed(errno: 38, paranoid: nil),
    .noHardwareCycles(errno: 2), .kernelExcluded(paranoid: 2), .kernelExcluded(paranoid: nil),
    .kernelExcluded(paranoid: 0), .frequencyLimited(requested: 9_999, limit: 499),
    .ringsShrunk(wanted: 1 << 20, got: 4096),
    .dumpsShortened(wanted: 65_528, got: 8_192), .threadsPaused(count: 3, median: 1, percentile99: 2, longest: 3),
    .callsInterrupted(restarted: 4, lost: 1), .stacksNotFollowed, .waitingThreadsSampled,
    .samplingPaused(count: 2, seconds: 1.5, kernelWentOn: true),
    .tracepointStacksNotFollowed, .asyncCallersNotCopied,
    .stacksNotCopied(count: 7), .unreadableProcess(pid: 42, errno: 13),
  ]
  static let others: [ProfileNote] = [
    .noSample(usedSeconds: 1, .unknown), .noSample(usedSeconds: 1, .stopped(processes: [4, 5])),
    .noSample(usedSeconds: 1, .inKernel(seconds: 0.98)), .noSample(usedSeconds: 0, .asleep(seconds: 3)),
    .noSample(usedSeconds: 0.001, .tooShort(frequency: 499)),
    .cpuTime(usedSeconds: 2, sampledSeconds: 1, cause: nil), .cpuTime(usedSeconds: 2, sampledSeconds: 1, cause: .lost),
    .cpuTime(usedSeconds: 2, sampledSeconds: 1, cause: .inKernel(seconds: 0.9)),
    .cpuTime(usedSeconds: 2, sampledSeconds: 1, cause: .programsNotSampled),
    .cpuTime(usedSeconds: 2, sampledSeconds: 1, cause: .paused),
    .cpuTime(usedSeconds: 2, sampledSeconds: 1, cause: .lateClocks(frequency: 499)),
    .threadTimes(
      .init(threads: 3, wall: 6, onCPU: 1, runnable: 0.5, blocked: 4.5, switchesPerSample: 64)),
    .programsNotSampled(names: ["su", "mount"]), .eventsLost(count: 9),
    .onlyThreads(chosen: ["worker*", "12"], samples: 5, others: 7), .samplesNotWritten(count: 1, errno: 28),
    .samplesNotWritten(count: 2, errno: nil), .stacksContinued(count: 1, from: .copied),
    .stacksContinued(count: 2, from: .live), .narrowProgram(name: "old", isX32: false, rooted: 2, samples: 3),
    .narrowProgram(name: "odd", isX32: true, rooted: 1, samples: 1),
    .asyncStacks(samples: 9, complete: 8, inTime: 7), .otherNarrowPrograms(count: 12, rooted: 0, samples: 78),
  ]
  static let problems: [ModuleProblem] = [
    .noSymbols, .onlyDynamicSymbols, .gaps, .debugFileMismatch(path: "/d"), .emptyDebugFile(path: "/d"),
    .unreadable(detail: "x"), .debugInformationDamaged(detail: "x"), .kernelAddressesHidden(restriction: 2),
    .jitFileRefused(path: "/m", detail: "x"), .jitDumpUnusable(path: "/m", detail: "x"), .notOpened(detail: "x"),
    .rewritten, .noIdentity, .gone, .replaced,
  ]

  private func read(_ chunks: [Recording_Chunk]) throws -> Profile {
    var bytes = ChunkFraming.fileHeader
    for chunk in chunks { bytes += ChunkFraming.frame(try chunk.serializedBytes()) }
    return try RecordingReader.read(bytes, path: "test")
  }

  @Test func whatTheKernelAccountsIsReadAsItWasWritten() throws {
    var use = ResourceUse()
    var trailer = RecordingTrailer()
    trailer.resources = use
    #expect(try read([RecordingChunk(trailer).message]).metadata.resources == use)
    var threads = ResourceUse.Threads()
    (threads.count, threads.wall, threads.onCPU, threads.runnable, threads.unread) = (4, 12, 3, 0.5, 0.25)
    use.threads = threads
    var machine = ResourceUse.Machine()
    (machine.cpus, machine.seconds, machine.busy, machine.stolen, machine.waitingForDisk) = (2, 3, 4, 0.5, 0.25)
    use.machine = machine
    (use.pressure.cpu, use.pressure.memory, use.pressure.io) = (1, 0, nil)
    var limits = ResourceUse.Limits()
    (limits.throttledSeconds, limits.throttledPeriods) = (1.5, 20)
    (limits.memoryLimitHits, limits.outOfMemoryKills) = (7, 1)
    (use.limits, use.majorFaults) = (limits, 0)
    trailer.resources = use
    #expect(try read([RecordingChunk(trailer).message]).metadata.resources == use)
    // No amount of time is taken for none.
    use.threads?.wall = .infinity
    use.machine?.busy = -1
    trailer.resources = use
    let read = try read([RecordingChunk(trailer).message]).metadata.resources
    #expect(read?.threads?.wall == 0)
    #expect(read?.machine?.busy == 0)
  }

  @Test func everyFactIsReadAsItWasWritten() throws {
    let notes = Self.sampling.map(ProfileNote.sampling) + Self.others
    var header = RecordingHeader()
    header.notes = Array(notes.prefix(4))
    var trailer = RecordingTrailer()
    trailer.notes = Array(notes.dropFirst(4))
    let profile = try read([RecordingChunk(header).message, RecordingChunk(trailer).message])
    #expect(profile.metadata.notes == notes)
    for problem in Self.problems { #expect(ModuleProblem(problem.message) == problem) }
    // Each has words of its own.
    #expect(Set(notes.map(\.sentence)).count == notes.count)
    #expect(Set(Self.problems.map { $0.sentence(path: "/m", buildID: nil) }).count == Self.problems.count)
  }

  static let markers: [FrameMarker] =
    [
      .unmapped, .unknownCode, .elided(count: 7), .other("[new]"), .task(name: nil), .task(name: "fetch"), .mainActor,
    ] + AsyncGap.known.map(FrameMarker.asyncGap)
    + [
      .stackDumpTooShort, .noUnwindInfo(module: "a"), .badUnwindInfo(module: "a"), .memoryUnreadable, .memoryNotSampled,
      .depthLimit, .unmappedCode, .implausibleFramePointer, .callerNotProven, .noProgress, .noUserRegisters,
      .registerUnknown, .narrowProgram, .other("weather"),
    ].map(FrameMarker.truncated)

  @Test func everyMarkerIsReadAsItWasWritten() {
    let markers = Self.markers
    #expect(FrameMarker.markers(names: markers.map(\.name), facts: markers.map(\.message)) == markers)
    // Recordings of before have the names alone.
    #expect(FrameMarker.markers(names: markers.map(\.name), facts: []) == markers)
    // What a newer perfprof writes has its name.
    #expect(
      FrameMarker.markers(
        names: ["[truncated: new]", "[odd]"], facts: [.with { $0.kind = .UNRECOGNIZED(99) }, .init()])
        == [.truncated(.other("new")), .other("[odd]")])
  }

  @Test func aMarkerIsOneFrame() {
    var log = RecordingLog()
    let first = log.frame(of: .truncated(.noUnwindInfo(module: "a")))
    #expect(log.frame(of: .truncated(.noUnwindInfo(module: "a"))) == first)
    #expect(log.frame(of: .truncated(.noUnwindInfo(module: "b"))) != first)
    #expect(log.tables.markers.count == 2)
  }

  /// A newer perfprof may note what this one has no words for.
  @Test func anUnknownFactIsSaidToBeThere() throws {
    var log = RecordingLog()
    let module = log.add(RecordedModule(path: "/bin/app", kind: .file))
    var first = log.takeChunks(RecordingCounters())[0].message
    first.header = .with { $0.facts = [.with { $0.fact = .UNRECOGNIZED(4_000) }, .with { $0.fact = .eventsLost }] }
    first.moduleUpdates = [
      .with {
        $0.module = module
        $0.fact = .with { $0.reason = .UNRECOGNIZED(4_000) }
      }
    ]
    first.trailer = .with {
      $0.facts = [
        .with {
          $0.fact = .cpuTime; $0.cause = .UNRECOGNIZED(99)
        }
      ]
    }
    let profile = try read([first])
    #expect(
      profile.metadata.notes == [
        .unknown, .eventsLost(count: 0), .cpuTime(usedSeconds: 0, sampledSeconds: 0, cause: nil),
        .module(path: "/bin/app", buildID: nil, .unknown),
      ])
    #expect(profile.metadata.notes[0].sentence == "unknown note (newer perfprof)")
  }
}
