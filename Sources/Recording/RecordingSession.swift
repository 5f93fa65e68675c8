import ELF
import Glibc
import Processes
import ProfileModel
import RecordingFormat
import Sampling

/// One recording: what it begins with, the loop, and what it ends with.
struct RecordingSession: ~Copyable {
  /// What is sampled.
  var loop: SamplingLoop
  /// How often it was interrupted.
  var pauses = SamplingPauses()
  private let options: RecordOptions
  private let resources: ResourceAccount
  /// A recording into a file, that other sinks are told of as well; or, without one, for them alone.
  init(
    options: RecordOptions, sampler: SamplerDescription, file: RecordingFile?, sinks: [any WindowSink] = [],
    source: any MachineSource = LiveProcesses(), idleModules: Int = ModuleAging.usualLimit,
    clock: @escaping () -> UInt64 = { MachineClock.monotonic }
  ) {
    self.options = options
    resources = ResourceAccount(of: options.target.roots)
    let sinks = (file.map { [$0] } ?? []) + sinks
    loop = SamplingLoop(options: options, sinks: sinks, source: source, idleModules: idleModules, clock: clock)
    loop.recorder.events = sampler.events
    loop.recorder.periodsAreTime =
      sampler.events.isEmpty
      ? sampler.name != "perf:cycles" && !options.sampling.includesIdleThreads
      : sampler.events.contains { $0.measure == .cpuTime }
    if let waits = WaitRecorder(sampler.waits) {
      loop.recorder.waits = waits
      if sampler.waits == .waits { loop.recorder.periodsAreTime = false }
    }
    let header = Self.header(options, sampler)
    for sink in sinks { sink.begin(header) }
  }

  private static func header(_ options: RecordOptions, _ sampler: SamplerDescription) -> RecordingHeader {
    var header = RecordingHeader()
    header.command = options.command
    header.startTime = MachineClock.realtime
    header.sampler = sampler.name
    header.requestedFrequency = sampler.hasFrequency ? Double(options.sampling.frequency) : 0
    header.architecture = Architecture.host == .aarch64 ? "aarch64" : "x86_64"
    header.notes = sampler.notes.map(ProfileNote.sampling)
    header.version = options.version
    header.valueTypes =
      sampler.waits == .none
      ? sampler.events.map { $0.valueType(frequency: sampler.frequency) }
      : WaitRecorder.valueTypes(sampler.waits, frequency: sampler.frequency)
    return header
  }

  /// Ends the last window, names the frames, and closes the file that the session was made with.
  consuming func finish(
    _ file: RecordingFile, _ sampler: SamplerDescription, effects: [SamplingNote], commandTime: CPUTime?,
    isNamingWanted: (NamingProgress) -> Bool
  ) -> RecordOutcome {
    let seconds = loop.seconds
    loop.recorder.commandTime = commandTime
    loop.recorder.threadAccount?.look()
    loop.endWindow()
    var use = resources.use()
    use.threads = loop.recorder.threadAccount?.totals
    let isCounted = sampler.events.contains { $0.measure != .cpuTime && $0.count != nil }
    let lost = loop.recorder.lost
    let loss: [ProfileNote] = isCounted && lost > 0 ? [.eventsLost(count: lost)] : []
    let hasCPUTime =
      sampler.events.isEmpty && sampler.waits != .waits || sampler.events.contains { $0.measure == .cpuTime }
    let chosen = loop.recorder.chosen.map {
      ProfileNote.onlyThreads(chosen: $0.words, samples: UInt64(loop.recorder.log.sampleCount), others: $0.leftOut)
    }
    let facts = hasCPUTime && chosen == nil ? facts(sampler, seconds: seconds).notes : []
    var trailer = RecordingTrailer()
    trailer.durationSeconds = seconds
    trailer.actualFrequency = actualFrequency(sampler)
    trailer.resources = use
    // Made before the recorder is taken apart: the optimizer releases what was only copied out of it (Swift 6.3).
    let waitNotes = loop.recorder.waits?.notes ?? []
    let stackNotes =
      loop.recorder.deepStacks.notes + loop.recorder.asyncStacks.notes + loop.recorder.narrowPrograms.notes
    let limit = options.namingSeconds
    let naming = loop.finish { $0.seconds < limit && isNamingWanted($0) }
    if naming.named < naming.total {
      trailer.notes.append(
        .namingStopped(named: UInt64(naming.named), total: UInt64(naming.total), limitSeconds: limit))
    }
    // What is lost is known once the disk had its last chance.
    file.flush()
    let usage = OwnUsage.now
    trailer.profilerCPUSeconds = usage.cpuSeconds
    trailer.profilerPeakResidentBytes = usage.peakResidentBytes
    let losses = file.losses
    if losses.samples > 0 {
      trailer.notes.append(.samplesNotWritten(count: UInt64(losses.samples), errno: losses.refusal))
    }
    trailer.notes += effects.map(ProfileNote.sampling) + pauses.notes + (chosen.map { [$0] } ?? [])
    trailer.notes += stackNotes + facts + loss + waitNotes
    return file.end(trailer, tables: naming.tables, sampler: sampler)
  }

  private func facts(_ sampler: SamplerDescription, seconds: Double) -> CPUTimeFacts {
    var targets: [Int32] = []
    if case .processes(let pids) = options.target { targets = pids }
    return CPUTimeFacts(
      used: loop.recorder.used, sampledSeconds: loop.recorder.sampledSeconds, samples: loop.recorder.log.sampleCount,
      lost: loop.recorder.lost, frequency: Double(sampler.frequency), samplesCPUs: sampler.samplesCPUs,
      excludesKernel: sampler.excludesKernel, seconds: seconds,
      wasPaused: pauses.leaveGaps, unwatched: sampler.samplesCPUs ? [] : loop.recorder.unwatched,
      stopped: targets.filter { (try? ProcessStatus(pid: $0))?.state == "T" })
  }

  /// Samples for each second of CPU time that they stand for; periods of a cycle counter don't tell it.
  private func actualFrequency(_ sampler: SamplerDescription) -> Double {
    guard sampler.hasFrequency else { return 0 }
    // Amounts of waiting are no samples of this rate.
    guard sampler.waits == .none else { return Double(sampler.frequency) }
    // Of several events the one that is time tells only its own rate.
    guard sampler.name != "perf:cycles", sampler.events.count <= 1, loop.recorder.periods > 0 else {
      return Double(sampler.frequency)
    }
    return Double(loop.recorder.log.sampleCount) / (Double(loop.recorder.periods) / 1e9)
  }
}
