import Glibc
import Processes
import ProfileModel
import RecordingFormat
import Sampling

/// The way of a sample from the kernel to the recording file.
package enum Recorder {
  /// Records until the targets end, the time is over, or `shouldStop` says so; then names all frames.
  ///
  /// - Parameters:
  ///   - path: The recording's path, for errors.
  ///   - descriptor: An open, empty file, which the recorder takes over.
  ///   - ready: Called once sampling is set up, before the first poll: lets a suspended command run.
  ///   - shouldStop: Whether to stop; asked after each poll.
  ///   - jobControl: Whether this process is to stop for a while, and how.
  ///   - commandTime: What a command that has ended used, asked for once sampling is over; nil where it isn't known.
  ///   - sinks: Told of what is sampled, beside the file.
  ///   - isNamingWanted: Whether names are still to be looked up; asked about ten times a second once sampling is over.
  package static func record(
    _ options: RecordOptions, path: String, owning descriptor: Int32, ready: () throws(SamplingError) -> Void,
    shouldStop: () -> Bool, jobControl: JobControl = JobControl(), commandTime: () -> CPUTime? = { nil },
    sinks: [any WindowSink] = [],
    isNamingWanted: (NamingProgress) -> Bool = { _ in true }
  ) throws(SamplingError) -> RecordOutcome {
    let file = RecordingFile(
      RecordingWriter(
        path: path, owning: descriptor,
        hasValueTypes: !options.sampling.events.isEmpty || options.sampling.waits != .none))
    let sampled = try sample(
      options, into: file, sinks: sinks, ready: ready, shouldStop: shouldStop, jobControl: jobControl)
    return sampled.finish(file, commandTime: commandTime(), isNamingWanted)
  }

  /// Samples until the targets end, the time is over, or `shouldStop` says so, for sinks alone: nothing is kept.
  ///
  /// - Parameters:
  ///   - shouldStop: Whether to stop; asked after each poll.
  ///   - sinks: Told of what is sampled.
  package static func watch(
    _ options: RecordOptions, shouldStop: () -> Bool, jobControl: JobControl = JobControl(), sinks: [any WindowSink]
  ) throws(SamplingError) {
    var sampled = try sample(
      options, into: nil, sinks: sinks, ready: { () throws(SamplingError) in }, shouldStop: shouldStop,
      jobControl: jobControl)
    sampled.session.loop.endWindow()
  }

  /// Samples with perf_event, or with ptrace where that is asked for or nothing else is left.
  private static func sample(
    _ options: RecordOptions, into file: RecordingFile?, sinks: [any WindowSink],
    ready: () throws(SamplingError) -> Void, shouldStop: () -> Bool, jobControl: JobControl
  ) throws(SamplingError) -> Sampled {
    // On a machine with many threads to run, setting up would take seconds at an ordinary priority.
    func urgently<R: ~Copyable>(_ body: () throws(SamplingError) -> R) throws(SamplingError) -> R {
      let priority = PollingPriority()
      defer { priority.restore() }
      return try body()
    }
    func begin<S: Sampler & ~Copyable>(
      _ sampler: consuming S, insteadOfPerf refusal: SamplingError? = nil
    ) throws(SamplingError) -> Sampling<S> {
      var description = sampler.description
      if let refusal { description.notes.insert(refusal.note, at: 0) }
      let session = RecordingSession(options: options, sampler: description, file: file, sinks: sinks)
      try ready()
      return Sampling(session: session, sampler: sampler, description: description)
    }
    func goOn<S: Sampler & ~Copyable>(_ sampling: inout Sampling<S>) throws(SamplingError) {
      sampling.isPaused = try sampling.session.loop.run(
        &sampling.sampler, shouldPause: jobControl.shouldPause, shouldStop: shouldStop)
    }
    func trace(insteadOfPerf refusal: SamplingError? = nil) throws(SamplingError) -> Sampled {
      var sampling = try TracingThread.run { () throws(SamplingError) -> Sampling<PtraceSampler> in
        try urgently { () throws(SamplingError) -> Sampling<PtraceSampler> in
          var sampling = try begin(
            try PtraceSampler(target: options.target, options: options.sampling), insteadOfPerf: refusal)
          try goOn(&sampling)
          return sampling
        }
      }
      // The thread that traced has ended, and so has tracing: nothing depends on this process.
      while sampling.isPaused {
        sampling.session.pauses.add(seconds: jobControl.pause(), kernelGoesOn: false)
        try TracingThread.run { () throws(SamplingError) in
          try urgently { () throws(SamplingError) in try goOn(&sampling) }
        }
      }
      return sampling.end()
    }
    guard options.sampler != .ptrace else { return try trace() }
    let perfError: SamplingError
    do throws(SamplingError) {
      return try urgently { () throws(SamplingError) -> Sampled in
        var sampling = try begin(try PerfEventSampler(target: options.target, options: options.sampling))
        try goOn(&sampling)
        while sampling.isPaused {
          sampling.session.pauses.add(seconds: jobControl.pause(), kernelGoesOn: true)
          try goOn(&sampling)
        }
        return sampling.end()
      }
    } catch { perfError = error }
    guard options.sampler == .auto, options.sampling.events.isEmpty, options.sampling.waits == .none,
      perfError.leavesPtraceToTry
    else {
      throw perfError
    }
    do {
      return try trace(insteadOfPerf: perfError)
    } catch { throw .nothingLeft(perf: perfError, ptrace: error) }
  }

  /// Sampling that goes on, or stands as this process does.
  private struct Sampling<S: Sampler & ~Copyable>: ~Copyable {
    var session: RecordingSession
    var sampler: S
    var description: SamplerDescription
    var isPaused = false

    /// What it gave; rings and descriptors go before names are looked up.
    consuming func end() -> Sampled {
      let effects = sampler.effects
      return Sampled(session: session, description: description, effects: effects)
    }
  }

  /// What sampling gave, to be finished when the sampler is gone.
  private struct Sampled: ~Copyable {
    var session: RecordingSession
    var description: SamplerDescription
    var effects: [SamplingNote]

    consuming func finish(
      _ file: RecordingFile, commandTime: CPUTime?, _ isNamingWanted: (NamingProgress) -> Bool
    ) -> RecordOutcome {
      session.finish(file, description, effects: effects, commandTime: commandTime, isNamingWanted: isNamingWanted)
    }
  }
}

extension SamplingError {
  /// What is said of it where ptrace took the place of perf_event.
  fileprivate var note: SamplingNote {
    switch self {
    case .notPermitted(let paranoid, let number), .processNotPermitted(_, _, let paranoid, let number):
      .perfNotUsed(errno: number, paranoid: paranoid)
    case .perfUnavailable(let number), .ringNotMapped(_, _, let number): .perfNotUsed(errno: number, paranoid: nil)
    default: .perfNotUsed(errno: EMFILE, paranoid: nil)
    }
  }

  /// Whether ptrace may work where perf_event failed so.
  var leavesPtraceToTry: Bool {
    switch self {
    case .notPermitted, .perfUnavailable, .ringNotMapped, .tooManyDescriptors: true
    case .processNotPermitted: true
    default: false
    }
  }
}
