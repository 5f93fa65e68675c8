import ProfileModel
import RecordingSchema

extension SamplingNote {
  func write(to message: inout Recording_Note) {
    switch self {
    case .noHardwareCycles(let number): (message.fact, message.error) = (.noHardwareCycles, number)
    case .kernelExcluded(let paranoid):
      message.fact = .kernelExcluded
      if let paranoid { message.level = Int32(clamping: paranoid) }
    case .frequencyLimited(let requested, let limit):
      (message.fact, message.wanted, message.got) = (.frequencyLimited, UInt64(requested), UInt64(limit))
    case .ringsShrunk(let wanted, let got):
      (message.fact, message.wanted, message.got) = (.ringsShrunk, UInt64(clamping: wanted), UInt64(clamping: got))
    case .dumpsShortened(let wanted, let got):
      (message.fact, message.wanted, message.got) = (.dumpsShortened, UInt64(wanted), UInt64(got))
    case .threadsPaused(let count, let median, let percentile99, let longest):
      (message.fact, message.count) = (.threadsPaused, count)
      (message.median, message.percentile99, message.longest) = (median, percentile99, longest)
    case .callsInterrupted(let restarted, let lost):
      (message.fact, message.count, message.rest) = (.callsInterrupted, restarted, lost)
    case .samplingPaused(let count, let seconds, let kernelWentOn):
      (message.fact, message.count, message.wallSeconds) = (.samplingPaused, count, seconds)
      message.level = kernelWentOn ? 1 : 0
    case .waitingThreadsSampled: message.fact = .waitingThreadsSampled
    case .stacksNotFollowed: message.fact = .stacksNotFollowed
    case .tracepointStacksNotFollowed: message.fact = .tracepointStacksNotFollowed
    case .asyncCallersNotCopied: message.fact = .asyncCallersNotCopied
    case .stacksNotCopied(let count): (message.fact, message.count) = (.stacksNotCopied, count)
    case .perfNotUsed(let number, let paranoid):
      (message.fact, message.error) = (.perfNotUsed, number)
      if let paranoid { message.level = Int32(clamping: paranoid) }
    case .unreadableProcess(let pid, let number):
      (message.fact, message.pids, message.error) = (.unreadableProcess, [pid], number)
    }
  }

  /// Nil for what is no fact of a sampler, or none that this version knows.
  init?(_ message: Recording_Note) {
    switch message.fact {
    case .noHardwareCycles: self = .noHardwareCycles(errno: message.error)
    case .kernelExcluded: self = .kernelExcluded(paranoid: message.hasLevel ? Int(message.level) : nil)
    case .frequencyLimited:
      self = .frequencyLimited(requested: UInt32(clamping: message.wanted), limit: UInt32(clamping: message.got))
    case .ringsShrunk: self = .ringsShrunk(wanted: Int(clamping: message.wanted), got: Int(clamping: message.got))
    case .dumpsShortened:
      self = .dumpsShortened(wanted: UInt32(clamping: message.wanted), got: UInt32(clamping: message.got))
    case .threadsPaused:
      self = .threadsPaused(
        count: message.count, median: message.median, percentile99: message.percentile99, longest: message.longest)
    case .callsInterrupted: self = .callsInterrupted(restarted: message.count, lost: message.rest)
    case .samplingPaused:
      self = .samplingPaused(count: message.count, seconds: message.wallSeconds, kernelWentOn: message.level > 0)
    case .waitingThreadsSampled: self = .waitingThreadsSampled
    case .stacksNotFollowed: self = .stacksNotFollowed
    case .tracepointStacksNotFollowed: self = .tracepointStacksNotFollowed
    case .asyncCallersNotCopied: self = .asyncCallersNotCopied
    case .stacksNotCopied: self = .stacksNotCopied(count: message.count)
    case .perfNotUsed:
      self = .perfNotUsed(errno: message.error, paranoid: message.hasLevel ? Int(message.level) : nil)
    case .unreadableProcess: self = .unreadableProcess(pid: message.pids.first ?? 0, errno: message.error)
    default: return nil
    }
  }
}
