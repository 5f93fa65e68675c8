import ProfileModel
import TextWriting
import Wording

extension ProfileNote {
  /// Writes the fact as an object: its name, its figures, and the sentence.
  func write(to json: inout JSONWriter) {
    json.object { json in
      json.member("fact", name)
      writeFigures(to: &json)
      json.member("sentence", sentence)
    }
  }

  private var name: String {
    switch self {
    case .sampling(let note): note.name
    case .noSample: "noSample"
    case .cpuTime: "cpuTime"
    case .programsNotSampled: "programsNotSampled"
    case .threadTimes: "threadTimes"
    case .wakers: "wakers"
    case .onlyThreads: "onlyThreads"
    case .eventsLost: "eventsLost"
    case .samplesNotWritten: "samplesNotWritten"
    case .stacksContinued(_, let rest): rest == .copied ? "stacksCopied" : "stacksRead"
    case .asyncStacks: "asyncStacks"
    case .narrowProgram: "narrowProgram"
    case .otherNarrowPrograms: "otherNarrowPrograms"
    case .module(_, _, let problem): problem.name
    case .bytesLeftOut: "bytesLeftOut"
    case .namesFoundLater: "namesFoundLater"
    case .namesMissing: "namesMissing"
    case .namingStopped: "namingStopped"
    case .sentence: "sentence"
    case .unknown: "unknown"
    }
  }

  private func writeFigures(to json: inout JSONWriter) {
    switch self {
    case .sampling(let note): note.writeFigures(to: &json)
    case .noSample(let used, let cause):
      json.member("usedSeconds", used)
      cause.write(to: &json)
    case .cpuTime(let used, let sampled, let cause):
      json.member("usedSeconds", used)
      json.member("sampledSeconds", sampled)
      if let cause { cause.write(to: &json) } else { json.member("cause", nil) }
    case .threadTimes(let times):
      json.member("threads", times.threads)
      json.member("wallSeconds", times.wall)
      json.member("onCPUSeconds", times.onCPU)
      json.member("runnableSeconds", times.runnable)
      json.member("blockedSeconds", times.blocked)
      json.member("switchesPerSample", times.switchesPerSample)
    case .wakers(let times):
      json.member("threadsSeconds", times.threads)
      json.member("interruptsSeconds", times.interrupts)
      json.member("unknownSeconds", times.unknown)
      json.member("openSeconds", times.open)
    case .programsNotSampled(let names): json.member("programs", names)
    case .onlyThreads(let chosen, let samples, let others):
      json.member("threads", chosen)
      json.member("samples", samples)
      json.member("others", others)
    case .eventsLost(let count), .stacksContinued(let count, _), .bytesLeftOut(let count?): json.member("count", count)
    case .asyncStacks(let samples, let complete, let inTime):
      json.member("samples", samples)
      json.member("complete", complete)
      json.member("inTime", inTime)
    case .bytesLeftOut(nil): json.member("count", nil)
    case .namingStopped(let named, let total, let limit):
      json.member("named", named)
      json.member("modules", total)
      json.member("limitSeconds", limit)
    case .samplesNotWritten(let count, let number):
      json.member("count", count)
      if let number { json.member("errno", number) }
    case .narrowProgram(let program, let isX32, let rooted, let samples):
      json.member("program", program)
      json.member("x32", isX32)
      json.member("rooted", rooted)
      json.member("samples", samples)
    case .otherNarrowPrograms(let count, let rooted, let samples):
      json.member("programs", count)
      json.member("rooted", rooted)
      json.member("samples", samples)
    case .module(let path, let buildID, let problem):
      json.member("module", path)
      json.member("buildID", buildID?.description)
      problem.writeFigures(to: &json)
    case .namesFoundLater, .namesMissing, .sentence, .unknown: break
    }
  }
}

extension ProfileNote.NoSampleCause {
  fileprivate func write(to json: inout JSONWriter) {
    switch self {
    case .unknown: json.member("cause", nil)
    case .stopped(let processes):
      json.member("cause", "stopped")
      json.key("processes")
      json.array { json in
        for process in processes { json.value(process) }
      }
    case .inKernel(let seconds):
      json.member("cause", "inKernel")
      json.member("kernelSeconds", seconds)
    case .asleep(let seconds):
      json.member("cause", "asleep")
      json.member("seconds", seconds)
    case .tooShort(let frequency):
      json.member("cause", "tooShort")
      json.member("frequency", frequency)
    }
  }
}

extension ProfileNote.CPUTimeCause {
  fileprivate func write(to json: inout JSONWriter) {
    switch self {
    case .lost: json.member("cause", "lost")
    case .inKernel(let seconds):
      json.member("cause", "inKernel")
      json.member("kernelSeconds", seconds)
    case .programsNotSampled: json.member("cause", "programsNotSampled")
    case .paused: json.member("cause", "paused")
    case .lateClocks(let frequency):
      json.member("cause", "lateClocks")
      json.member("frequency", frequency)
    }
  }
}

extension SamplingNote {
  fileprivate var name: String {
    switch self {
    case .noHardwareCycles: "noHardwareCycles"
    case .kernelExcluded: "kernelExcluded"
    case .frequencyLimited: "frequencyLimited"
    case .ringsShrunk: "ringsShrunk"
    case .dumpsShortened: "dumpsShortened"
    case .threadsPaused: "threadsPaused"
    case .callsInterrupted: "callsInterrupted"
    case .samplingPaused: "samplingPaused"
    case .waitingThreadsSampled: "waitingThreadsSampled"
    case .stacksNotFollowed: "stacksNotFollowed"
    case .wakersNotFound: "wakersNotFound"
    case .tracepointStacksNotFollowed: "tracepointStacksNotFollowed"
    case .asyncCallersNotCopied: "asyncCallersNotCopied"
    case .stacksNotCopied: "stacksNotCopied"
    case .perfNotUsed: "perfNotUsed"
    case .unreadableProcess: "unreadableProcess"
    }
  }

  fileprivate func writeFigures(to json: inout JSONWriter) {
    switch self {
    case .noHardwareCycles(let number): json.member("errno", number)
    case .kernelExcluded(let paranoid):
      json.member("paranoid", paranoid)
    case .perfNotUsed(let number, let paranoid):
      json.member("errno", number)
      json.member("paranoid", paranoid)
    case .frequencyLimited(let requested, let limit):
      json.member("requested", requested)
      json.member("limit", limit)
    case .ringsShrunk(let wanted, let got):
      json.member("wantedBytes", wanted)
      json.member("bytes", got)
    case .dumpsShortened(let wanted, let got):
      json.member("wantedBytes", wanted)
      json.member("bytes", got)
    case .threadsPaused(let count, let median, let percentile99, let longest):
      json.member("count", count)
      json.member("medianNanoseconds", median)
      json.member("percentile99Nanoseconds", percentile99)
      json.member("longestNanoseconds", longest)
    case .callsInterrupted(let restarted, let lost):
      json.member("restarted", restarted)
      json.member("interrupted", lost)
    case .samplingPaused(let count, let seconds, let kernelWentOn):
      json.member("count", count)
      json.member("seconds", seconds)
      json.member("kernelWentOn", kernelWentOn)
    case .waitingThreadsSampled, .stacksNotFollowed, .tracepointStacksNotFollowed, .asyncCallersNotCopied,
      .wakersNotFound:
      break
    case .stacksNotCopied(let count): json.member("count", count)
    case .unreadableProcess(let pid, let number):
      json.member("process", pid)
      json.member("errno", number)
    }
  }
}

extension ModuleProblem {
  fileprivate var name: String {
    switch self {
    case .noSymbols: "noSymbols"
    case .onlyDynamicSymbols: "onlyDynamicSymbols"
    case .gaps: "gapsInSymbols"
    case .debugFileMismatch: "debugFileMismatch"
    case .emptyDebugFile: "emptyDebugFile"
    case .damagedDebugFile: "damagedDebugFile"
    case .unreadable: "unreadableSymbols"
    case .debugInformationDamaged: "debugInformationDamaged"
    case .kernelAddressesHidden: "kernelAddressesHidden"
    case .jitFileRefused: "jitFileRefused"
    case .jitDumpUnusable: "jitDumpUnusable"
    case .notOpened: "moduleNotOpened"
    case .rewritten: "moduleRewritten"
    case .noIdentity: "moduleNotIdentified"
    case .gone: "moduleGone"
    case .replaced: "moduleReplaced"
    case .sentence: "sentence"
    case .unknown: "unknown"
    }
  }

  fileprivate func writeFigures(to json: inout JSONWriter) {
    switch self {
    case .debugFileMismatch(let path), .emptyDebugFile(let path), .damagedDebugFile(let path):
      json.member("path", path)
    case .unreadable(let detail), .debugInformationDamaged(let detail), .notOpened(let detail):
      json.member("detail", detail)
    case .kernelAddressesHidden(let restriction): json.member("kptrRestrict", restriction)
    case .jitFileRefused(let path, let detail), .jitDumpUnusable(let path, let detail):
      json.member("path", path)
      json.member("detail", detail)
    case .noSymbols, .onlyDynamicSymbols, .gaps, .rewritten, .noIdentity, .gone, .replaced, .sentence, .unknown: break
    }
  }
}
