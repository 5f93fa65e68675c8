import ELF
import Processes
import ProfileModel
import RecordingFormat
import Sampling

/// Polls a sampler until there is nothing left to sample, and cuts what comes into windows of time for sinks.
///
///     poll ─► poll ─► poll ─► … ─► poll ─► …     each: records to the recorder, its wishes to the sampler
///     ├────────── window ───────────┤
///                                   └──────► sinks: the file, whoever shows or sends it
struct SamplingLoop: ~Copyable {
  /// What samples and events go to.
  var recorder: SampleRecorder
  private let sinks: [any WindowSink]
  private let durationSeconds: Double?
  private let clock: () -> UInt64
  private let startTime: UInt64
  private var windowStart: UInt64
  private let naming: EarlyNaming
  /// Frames to name while sampling goes on; nil where nobody wants that.
  private var liveNaming: LiveNaming?
  private let windowNanoseconds: UInt64
  /// Modules that were held when some could leave last.
  private var knownModules = 0

  /// Nodes of stacks past which all are forgotten where nobody keeps a recording.
  private static let mostLiveStacks = 400_000
  /// Samples that end one earlier.
  private static let windowSamples = 16_384
  /// The same, of modules that are opened.
  private static let newModules = 256

  /// A loop that begins now.
  ///
  /// - Parameter clock: CLOCK_MONOTONIC in nanoseconds, or what a test takes for it.
  init(
    options: RecordOptions, sinks: [any WindowSink], source: any MachineSource = LiveProcesses(),
    idleModules: Int = ModuleAging.usualLimit, clock: @escaping () -> UInt64 = { MachineClock.monotonic }
  ) {
    self.sinks = sinks
    self.clock = clock
    durationSeconds = options.durationSeconds
    startTime = clock()
    windowStart = startTime
    windowNanoseconds = UInt64(max(0.05, min(3600, options.windowSeconds)) * 1e9)
    if sinks.contains(where: { $0.wantsNames }) { liveNaming = LiveNaming(now: startTime) }
    naming = EarlyNaming(Symbolization(options: options.symbols))
    recorder = SampleRecorder(
      startTime: startTime, options: options, source: source, idleModules: idleModules)
  }

  /// Seconds since the start.
  var seconds: Double { Double(clock() &- startTime) / 1e9 }

  /// Polls until the targets have ended, the time is over, or `shouldStop` says so, and then once more; asks that after
  /// each poll. What is left then is the last window's, which `endWindow` cuts.
  ///
  /// - Parameter shouldPause: Whether this process is to stop for a while; asked as often.
  /// - Returns: Whether it is, with the sampler suspended: sampling goes on with the next call. Else sampling is over.
  @discardableResult
  mutating func run(
    _ sampler: inout some Sampler & ~Copyable, shouldPause: () -> Bool = { false }, shouldStop: () -> Bool
  ) throws(SamplingError) -> Bool {
    recorder.mappings = sampler.mappings
    try sampler.resume(handler: &recorder)
    var state = SamplerState.running
    while state == .running, !shouldStop(), !isTimeOver {
      if shouldPause() {
        try sampler.suspend(handler: &recorder)
        // Whatever becomes of this process while it's stopped.
        endWindow()
        return true
      }
      state = try sampler.poll(timeoutMilliseconds: pollMilliseconds, handler: &recorder)
      recorder.faults = sampler.faults
      sampler.follow(recorder.takeOutgrownStacks())
      recorder.findTasks()
      recorder.tasks.tell { sampler.follow(tasks: $0) }
      endWindowIfDue()
      if liveNaming != nil { handOver(naming.take(), isAtEnd: false) }
      let progress = progress
      for sink in sinks { sink.update(progress) }
    }
    try sampler.finish(handler: &recorder)
    recorder.faults = sampler.faults
    return false
  }

  /// Hands everything since the last window to the sinks.
  mutating func endWindow() {
    windowStart = clock()
    recorder.account.look()
    let window = recorder.takeWindow(seconds: seconds)
    for sink in sinks { sink.take(window) }
  }

  /// Names all frames as long as that is wanted, and tells the sinks; what remains is the tables that they refer to.
  ///
  /// - Returns: Those, and of how many modules names were looked up at the end.
  consuming func finish(
    while isWanted: (NamingProgress) -> Bool = { _ in true }
  ) -> (tables: RecordingTables, named: Int, total: Int) {
    handOver(naming.finish(), isAtEnd: true)
    let (sinks, symbolization) = (sinks, naming.symbolization)
    let frames = recorder.dismantle()
    let tables = frames.tables
    let (found, total) = symbolization.names(frames, while: isWanted)
    for names in found {
      for sink in sinks { sink.take(names, isAtEnd: true) }
    }
    return (tables, found.count, total)
  }

  private mutating func endWindowIfDue() {
    recorder.settleDueWaits()
    recorder.account.lookAtTargets()
    recorder.threadAccount?.lookIfDue()
    let isOver = clock() &- windowStart >= windowNanoseconds
    guard isOver || recorder.log.pendingSampleCount >= Self.windowSamples || hasManyNewModules else { return }
    endWindow()
    handOver(naming.take(), isAtEnd: false)
    // Behind the window, which has the rows of what leaves.
    guard !naming.isBusy else { return }
    naming.begin(recorder.retireModules() + nameNewFrames())
    knownModules = recorder.modules.held.count
    restartIfLarge()
  }

  /// What of the frames that are new is to be named now.
  private mutating func nameNewFrames() -> [NamingWork] {
    liveNaming?.add(recorder.log.tables.frames)
    liveNaming?.note(costs: naming.takeCosts())
    let due = liveNaming?.takeDue(now: clock()) ?? []
    return recorder.namingWork(due)
  }

  /// Forgets all stacks once there are too many. A recording keeps them, and has room for them on its disk.
  private mutating func restartIfLarge() {
    guard liveNaming != nil, recorder.log.tables.stacks.count > Self.mostLiveStacks else { return }
    recorder.forgetStacks()
    liveNaming = LiveNaming(now: clock())
    for sink in sinks { sink.restart() }
  }

  /// Whether so many modules came since others could leave that their descriptors are to be thought of.
  private var hasManyNewModules: Bool {
    recorder.modules.held.count >= knownModules + Self.newModules && !naming.isBusy
  }

  private func handOver(_ names: [RecordedNames], isAtEnd: Bool) {
    for part in names {
      for sink in sinks { sink.take(part, isAtEnd: isAtEnd) }
    }
  }

  private var isTimeOver: Bool { durationSeconds.map { seconds >= $0 } ?? false }

  /// How long the next poll may wait: not long while programs start, whose binaries must be opened before they end or
  /// are deleted, nor while stacks go on beyond their samples, of which the sampler must be told.
  private var pollMilliseconds: Int32 {
    let now = clock()
    func isRecent(_ time: UInt64) -> Bool { now &- min(now, time) < 200_000_000 }
    if recorder.waits?.isSampledNowAndThen == true { return 20 }
    let longest: Double =
      isRecent(startTime) ? 2 : isRecent(recorder.lastExec) ? 10 : isRecent(recorder.lastCut) ? 20 : 100
    guard let durationSeconds else { return Int32(longest) }
    return Int32(max(1, min(longest, (durationSeconds - seconds) * 1000 + 1)))
  }

  private var progress: RecordProgress {
    RecordProgress(
      seconds: seconds, samples: recorder.log.sampleCount, threads: recorder.threadCount, lost: recorder.lost,
      rooted: recorder.rooted, isNaming: liveNaming != nil && naming.isBusy)
  }
}
