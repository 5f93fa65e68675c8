import Glibc
import ProfileModel
import RecordingSchema
import Sampling
import SwiftProtobuf

/// The way of a sample from the kernel to the recording file.
public enum Recorder {
  /// Records until the targets end, the time is over, or `shouldStop` says so; then names all frames.
  ///
  /// - Parameters:
  ///   - path: The recording's path, for errors.
  ///   - descriptor: An open, empty file, which the recorder takes over.
  ///   - ready: Called once sampling is set up, before the first poll: lets a suspended command run.
  ///   - shouldStop: Whether to stop; asked after each poll.
  ///   - progress: Told about ten times a second.
  public static func record(
    _ options: RecordOptions, path: String, owning descriptor: Int32, ready: () throws(SamplingError) -> Void,
    shouldStop: () -> Bool, progress: (RecordProgress) -> Void
  ) throws(SamplingError) -> RecordOutcome {
    let file = LogFile(path: path, owning: descriptor)
    func record<S: Sampler & ~Copyable>(_ sampler: consuming S) throws(SamplingError) -> RecordOutcome {
      var session = RecordingSession(options: options, sampler: sampler.description, file: file)
      let priority = PollingPriority()
      try ready()
      var state = SamplerState.running
      while state == .running, !shouldStop(), !session.isTimeOver {
        state = try sampler.poll(timeoutMilliseconds: session.pollMilliseconds, handler: &session.recorder)
        session.recorder.faults = sampler.faults
        sampler.follow(session.recorder.takeOutgrownStacks())
        session.flushIfDue()
        progress(session.progress)
      }
      try sampler.finish(handler: &session.recorder)
      session.recorder.faults = sampler.faults
      priority.restore()
      return session.finish(sampler.description, effects: sampler.effects)
    }
    guard options.sampler != .ptrace else {
      return try record(try PtraceSampler(target: options.target, options: options.sampling))
    }
    let perfError: SamplingError
    do throws(SamplingError) {
      return try record(try PerfEventSampler(target: options.target, options: options.sampling))
    } catch { perfError = error }
    guard options.sampler == .auto, perfError.leavesPtraceToTry else { throw perfError }
    let sampler: PtraceSampler
    do { sampler = try PtraceSampler(target: options.target, options: options.sampling) } catch { throw perfError }
    return try record(sampler)
  }
}

extension SamplingError {
  /// Whether ptrace may work where perf_event failed so.
  var leavesPtraceToTry: Bool {
    switch self {
    case .notPermitted, .perfUnavailable, .ringNotMapped, .tooManyDescriptors: true
    case .processNotPermitted: true
    default: false
    }
  }
}
