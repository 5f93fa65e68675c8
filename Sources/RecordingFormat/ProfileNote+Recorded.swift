import ProfileModel
import RecordingSchema
import SwiftProtobuf

extension ProfileNote {
  /// The fact as it is recorded. What is known of a file only once it is read is never written.
  var message: Recording_Note {
    .with { message in
      switch self {
      case .sampling(let note): note.write(to: &message)
      case .noSample(let used, let cause):
        message.fact = .noSample
        message.usedSeconds = used
        cause.write(to: &message)
      case .cpuTime(let used, let sampled, let cause):
        message.fact = .cpuTime
        (message.usedSeconds, message.sampledSeconds) = (used, sampled)
        cause?.write(to: &message)
      case .programsNotSampled(let names):
        message.fact = .programsNotSampled
        message.names = names
      case .threadTimes(let times):
        message.fact = .threadTimes
        (message.count, message.got) = (times.threads, times.switchesPerSample)
        (message.wallSeconds, message.usedSeconds) = (times.wall, times.onCPU)
        (message.runnableSeconds, message.blockedSeconds) = (times.runnable, times.blocked)
      case .onlyThreads(let chosen, let samples, let others):
        message.fact = .onlyThreads
        (message.names, message.count, message.rest) = (chosen, samples, others)
      case .eventsLost(let count):
        message.fact = .eventsLost
        message.count = count
      case .samplesNotWritten(let count, let number):
        message.fact = .samplesNotWritten
        (message.count, message.error) = (count, number ?? 0)
      case .stacksContinued(let count, let rest):
        message.fact = rest == .copied ? .stacksCopied : .stacksRead
        message.count = count
      case .asyncStacks(let samples, let complete, let inTime):
        message.fact = .asyncStacks
        (message.count, message.rooted, message.got) = (samples, complete, inTime)
      case .narrowProgram(let name, let isX32, let rooted, let samples):
        message.fact = isX32 ? .x32Program : .narrowProgram
        message.names = [name]
        (message.rooted, message.count) = (rooted, samples)
      case .otherNarrowPrograms(let count, let rooted, let samples):
        message.fact = .otherNarrowPrograms
        (message.rest, message.rooted, message.count) = (count, rooted, samples)
      case .namingStopped(let named, let total, let limit):
        message.fact = .namingStopped
        (message.count, message.wanted, message.causeSeconds) = (named, total, limit)
      case .module, .bytesLeftOut, .namesFoundLater, .namesMissing, .sentence, .unknown: message.fact = .unknown
      }
    }
  }

  /// The fact of a recording; `unknown` for one that this version has no words for.
  init(_ message: Recording_Note) {
    switch message.fact {
    case .noSample: self = .noSample(usedSeconds: message.usedSeconds, NoSampleCause(message))
    case .cpuTime:
      self = .cpuTime(
        usedSeconds: message.usedSeconds, sampledSeconds: message.sampledSeconds, cause: CPUTimeCause(message))
    case .programsNotSampled: self = .programsNotSampled(names: message.names)
    case .onlyThreads: self = .onlyThreads(chosen: message.names, samples: message.count, others: message.rest)
    case .eventsLost: self = .eventsLost(count: message.count)
    case .threadTimes:
      self = .threadTimes(
        ThreadTimesSum(
          threads: message.count, wall: message.wallSeconds, onCPU: message.usedSeconds,
          runnable: message.runnableSeconds, blocked: message.blockedSeconds, switchesPerSample: message.got))
    case .samplesNotWritten:
      self = .samplesNotWritten(count: message.count, errno: message.error == 0 ? nil : message.error)
    case .stacksCopied: self = .stacksContinued(count: message.count, from: .copied)
    case .stacksRead: self = .stacksContinued(count: message.count, from: .live)
    case .asyncStacks:
      self = .asyncStacks(samples: message.count, complete: message.rooted, inTime: message.got)
    case .narrowProgram, .x32Program:
      self = .narrowProgram(
        name: message.names.first ?? "?", isX32: message.fact == .x32Program, rooted: message.rooted,
        samples: message.count)
    case .otherNarrowPrograms:
      self = .otherNarrowPrograms(count: message.rest, rooted: message.rooted, samples: message.count)
    case .namingStopped:
      self = .namingStopped(named: message.count, total: message.wanted, limitSeconds: message.causeSeconds)
    default: self = SamplingNote(message).map(ProfileNote.sampling) ?? .unknown
    }
  }
}

extension ProfileNote.NoSampleCause {
  fileprivate func write(to message: inout Recording_Note) {
    switch self {
    case .unknown: message.cause = .notKnown
    case .stopped(let processes): (message.cause, message.pids) = (.stopped, processes)
    case .inKernel(let seconds): (message.cause, message.causeSeconds) = (.inKernel, seconds)
    case .asleep(let seconds): (message.cause, message.causeSeconds) = (.asleep, seconds)
    case .tooShort(let frequency): (message.cause, message.frequency) = (.tooShort, frequency)
    }
  }

  fileprivate init(_ message: Recording_Note) {
    switch message.cause {
    case .stopped: self = .stopped(processes: message.pids)
    case .inKernel: self = .inKernel(seconds: message.causeSeconds)
    case .asleep: self = .asleep(seconds: message.causeSeconds)
    case .tooShort: self = .tooShort(frequency: message.frequency)
    default: self = .unknown
    }
  }
}

extension ProfileNote.CPUTimeCause {
  fileprivate func write(to message: inout Recording_Note) {
    switch self {
    case .lost: message.cause = .lost
    case .inKernel(let seconds): (message.cause, message.causeSeconds) = (.inKernel, seconds)
    case .programsNotSampled: message.cause = .notSampled
    case .paused: message.cause = .paused
    case .lateClocks(let frequency): (message.cause, message.frequency) = (.lateClocks, frequency)
    }
  }

  fileprivate init?(_ message: Recording_Note) {
    switch message.cause {
    case .lost: self = .lost
    case .inKernel: self = .inKernel(seconds: message.causeSeconds)
    case .notSampled: self = .programsNotSampled
    case .paused: self = .paused
    case .lateClocks: self = .lateClocks(frequency: message.frequency)
    default: return nil
    }
  }
}
