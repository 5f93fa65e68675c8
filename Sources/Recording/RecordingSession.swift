import Glibc
import Processes
import ProfileModel
import RecordingFormat
import Sampling

/// One recording under way: the recorder, the clock, and the log that chunks go to.
struct RecordingSession: ~Copyable {
  var recorder: SampleRecorder
  private let options: RecordOptions
  private let file: RecordingWriter
  private let startTime: UInt64
  private var lastFlush: UInt64

  /// Time between two chunks; what a death of the profiler may cost.
  private static let chunkNanoseconds: UInt64 = 2_000_000_000
  /// Samples that make a chunk earlier.
  private static let chunkSamples = 16_384

  init(options: RecordOptions, sampler: SamplerDescription, file: RecordingWriter) {
    self.options = options
    self.file = file
    startTime = MachineClock.monotonic
    lastFlush = startTime
    recorder = SampleRecorder(startTime: startTime, options: options)
    recorder.events = sampler.events
    recorder.periodsAreTime =
      sampler.events.isEmpty
      ? sampler.name != "perf:cycles" && !options.sampling.includesIdleThreads
      : sampler.events.contains { $0.measure == .cpuTime }
    var header = RecordingHeader()
    header.command = options.command
    header.startTime = MachineClock.realtime
    header.sampler = sampler.name
    header.requestedFrequency = sampler.hasFrequency ? Double(options.sampling.frequency) : 0
    header.architecture = Architecture.host == .aarch64 ? "aarch64" : "x86_64"
    header.notes = sampler.notes.map(\.sentence)
    header.version = options.version
    header.valueTypes = sampler.events.map { $0.valueType(frequency: sampler.frequency) }
    file.append(RecordingChunk(header))
  }

  private var nanoseconds: UInt64 { MachineClock.monotonic &- startTime }

  /// Seconds since the start.
  var seconds: Double { Double(nanoseconds) / 1e9 }

  var isTimeOver: Bool { options.durationSeconds.map { seconds >= $0 } ?? false }

  /// How long the next poll may wait: not long while programs start, whose binaries must be opened before they end or
  /// are deleted, nor while stacks go on beyond their samples, of which the sampler must be told.
  var pollMilliseconds: Int32 {
    let now = MachineClock.monotonic
    func isRecent(_ time: UInt64) -> Bool { now &- min(now, time) < 200_000_000 }
    let longest: Double =
      isRecent(startTime) ? 2 : isRecent(recorder.lastExec) ? 10 : isRecent(recorder.lastCut) ? 20 : 100
    guard let duration = options.durationSeconds else { return Int32(longest) }
    return Int32(max(1, min(longest, (duration - seconds) * 1000 + 1)))
  }

  var progress: RecordProgress {
    RecordProgress(
      seconds: seconds, samples: recorder.log.sampleCount, threads: recorder.threadCount, lost: recorder.lost,
      rooted: recorder.rooted)
  }

  /// Cuts a chunk when there is enough for one.
  mutating func flushIfDue() {
    recorder.account.lookAtTargets()
    let now = MachineClock.monotonic
    guard now &- lastFlush >= Self.chunkNanoseconds || recorder.log.pendingSampleCount >= Self.chunkSamples else {
      return
    }
    lastFlush = now
    recorder.account.look()
    for chunk in recorder.takeChunks(seconds: seconds) { file.append(chunk) }
  }

  /// Writes what is left, names the frames, and closes the log.
  consuming func finish(
    _ sampler: SamplerDescription, effects: [SamplingNote], commandTime: CPUTime?,
    isNamingWanted: (NamingProgress) -> Bool
  ) -> RecordOutcome {
    let seconds = seconds
    recorder.account.look()
    recorder.commandTime = commandTime
    let isCounted = sampler.events.contains { $0.measure != .cpuTime && $0.count != nil }
    let loss =
      isCounted && recorder.lost > 0
      ? ["events came faster than they could be written, and \(recorder.lost) are missing: take fewer with -c 10"] : []
    let hasCPUTime = sampler.events.isEmpty || sampler.events.contains { $0.measure == .cpuTime }
    let facts = hasCPUTime ? facts(sampler, seconds: seconds).notes : []
    for chunk in recorder.takeChunks(seconds: seconds) { file.append(chunk) }
    let frequency = actualFrequency(sampler)
    let (options, file) = (options, file)
    // Made before the recorder is taken apart: the optimizer releases what was only copied out of it (Swift 6.3).
    let stackNotes = recorder.deepStacks.sentences + recorder.narrowPrograms.notes
    let frames = recorder.dismantle()
    let symbolization = Symbolization(options: options.symbols)
    let limit = options.namingSeconds
    let (named, total) = symbolization.names(frames) { $0.seconds < limit && isNamingWanted($0) }
    let unnamed =
      named.count < total
      ? [
        "names were looked up for \(named.count) of \(total) modules only, until that was stopped or took "
          + "\(Int(limit)) s: `perfprof name FILE` finds the others"
      ] : []
    for names in named {
      for chunk in RecordingChunk.chunks(of: names) { file.append(chunk) }
    }
    // What is lost is known once the disk had its last chance.
    _ = file.finish()
    var trailer = RecordingTrailer()
    trailer.durationSeconds = seconds
    trailer.actualFrequency = frequency
    let usage = OwnUsage.now
    trailer.profilerCPUSeconds = usage.cpuSeconds
    trailer.profilerPeakResidentBytes = usage.peakResidentBytes
    trailer.notes = file.losses.sentences + effects.map(\.sentence) + stackNotes + facts + loss + unnamed
    file.append(RecordingChunk(trailer))
    let failure = file.finish()
    let contents: Result<[UInt8], RecordingError>
    do { contents = .success(try file.contents()) } catch { contents = .failure(error) }
    return RecordOutcome(contents: contents, writeFailure: failure, sampler: sampler)
  }

  private func facts(_ sampler: SamplerDescription, seconds: Double) -> CPUTimeFacts {
    var targets: [Int32] = []
    if case .processes(let pids) = options.target { targets = pids }
    return CPUTimeFacts(
      used: recorder.used, sampledSeconds: recorder.sampledSeconds, samples: recorder.log.sampleCount,
      lost: recorder.lost, frequency: Double(sampler.frequency), samplesCPUs: sampler.samplesCPUs,
      excludesKernel: sampler.excludesKernel, seconds: seconds,
      unwatched: sampler.samplesCPUs ? [] : recorder.unwatched,
      stopped: targets.filter { (try? ProcessStatus(pid: $0))?.state == "T" })
  }

  /// Samples for each second of CPU time that they stand for; periods of a cycle counter don't tell it.
  private func actualFrequency(_ sampler: SamplerDescription) -> Double {
    guard sampler.hasFrequency else { return 0 }
    // Of several events the one that is time tells only its own rate.
    guard sampler.name != "perf:cycles", sampler.events.count <= 1, recorder.periods > 0 else {
      return Double(sampler.frequency)
    }
    return Double(recorder.log.sampleCount) / (Double(recorder.periods) / 1e9)
  }
}
