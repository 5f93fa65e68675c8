import BinaryReading
import ProfileModel
import TextWriting

extension ProfileNote {
  /// The note as a sentence, without a full stop.
  package var sentence: String {
    switch self {
    case .sampling(let note): note.sentence
    case .noSample(let used, let cause): Self.sentence(used: used, cause)
    case .cpuTime(let used, let sampled, let cause): Self.sentence(used: used, sampled: sampled, cause)
    case .programsNotSampled(let names):
      "\(names.joined(separator: ", ")): may only be sampled by root, being setuid or unreadable to this user; it ran, "
        + "and its samples are missing: run perfprof as root to see it"
    case .threadTimes(let times): Self.sentence(times)
    case .onlyThreads(let chosen, let samples, let others):
      "only threads \(chosen.map { "'\($0)'" }.joined(separator: ", ")) were recorded"
        + (samples == 0 ? ", and none of them ran" : "")
        + ": \(others.grouped) \(others == 1 ? "sample of another was" : "samples of others were") left out"
    case .eventsLost(let count):
      "events came faster than they could be written, and \(count) are missing: take fewer with -c 10"
    case .samplesNotWritten(let count, let number):
      "\(count) \(count == 1 ? "sample is" : "samples are") missing in the recording: "
        + (number.map { "the disk refused them (\(errorText($0)))" } ?? "the disk was too slow")
    case .stacksContinued(let count, let rest):
      (count == 1 ? "1 stack went on beyond its dump" : "\(count) stacks went on beyond their dumps")
        + (rest == .copied
          ? ": the rest was copied at the instant of the sample" : ": the rest was read while the thread was stopped")
    case .asyncStacks(let samples, let complete, let inTime):
      "\(samples) \(samples == 1 ? "sample" : "samples") in async functions: \(complete) with all who await them, of which "
        + "\(inTime) were read at the instant of the sample"
    case .narrowProgram(let name, let isX32, let rooted, let samples):
      "\(isX32 ? "x32" : "32-bit") program \(name): \(rooted) of \(samples) \(samples == 1 ? "stack" : "stacks") rooted"
    case .otherNarrowPrograms(let count, let rooted, let samples):
      "32-bit programs, \(count) more: \(rooted) of \(samples) stacks rooted"
    case .module(let path, let buildID, let problem): problem.sentence(path: path, buildID: buildID)
    case .bytesLeftOut(nil): "what stands behind the recording's end was left out"
    case .bytesLeftOut(let count?):
      "\(count) \(count == 1 ? "byte behind the recording's end was" : "bytes behind the recording's end were") left out"
    case .namesFoundLater:
      "names come from files as they were after recording, where their build IDs were those recorded"
    case .namesMissing:
      "its end is missing, and with it the names of functions: `perfprof name FILE` finds them in the files that are "
        + "still there and the same"
    case .namingStopped(let named, let total, let limit):
      "names were looked up for \(named) of \(total) modules only, until that was stopped or took "
        + "\(limit.exactSecondsText): `perfprof name FILE` finds the others"
    case .sentence(let text): text
    case .unknown: "unknown note (newer perfprof)"
    }
  }

  private static func sentence(_ times: ThreadTimesSum) -> String {
    let noun = times.threads == 1 ? "thread" : "threads"
    var text = "\(times.threads) \(noun), \(times.wall.exactSecondsText) together: "
    text += "\(times.onCPU.exactSecondsText) on a CPU, \(times.runnable.exactSecondsText) ready to run, "
    text += "\(times.blocked.exactSecondsText) blocked, as the kernel accounts them"
    guard times.switchesPerSample > 1 else { return text }
    let interval = times.switchesPerSample.grouped
    return text + "; of many switches one in \(interval) was sampled, and shares what was waited around it"
  }

  private static let rootOrParanoid = "run perfprof as root, or set kernel.perf_event_paranoid to"

  private static func sentence(used: Double, _ cause: NoSampleCause) -> String {
    let time = used.exactSecondsText
    switch cause {
    case .unknown: return "no sample: \(time) of CPU time were used"
    case .stopped(let processes):
      let list = processes.map(String.init).joined(separator: " ")
      return "no sample: process \(list) is stopped, and used \(time) of CPU time: continue it with kill -CONT \(list)"
    case .inKernel(let seconds):
      return "no sample: used \(time) of CPU time, \(seconds.exactSecondsText) of it in the kernel, which is not "
        + "sampled: \(rootOrParanoid) 1"
    case .asleep(let seconds):
      return
        "no sample: the target slept all the time: used \(time) of CPU time in \(seconds.exactSecondsText); record "
        + "while it works, or see where it waits with --idle"
    case .tooShort(let frequency):
      return "no sample: used \(time) of CPU time, too little for one each \((1 / frequency).exactSecondsText): try "
        + "-F \(self.frequency(for: used))"
    }
  }

  private static func sentence(used: Double, sampled: Double, _ cause: CPUTimeCause?) -> String {
    let share = used > 0 ? sampled / used : 0
    let facts =
      "used \(used.exactSecondsText) of CPU time, of which the samples show \(sampled.exactSecondsText) "
      + "(\(share.percent))"
    switch cause {
    case nil: return facts
    case .lost: return facts + ": the rest is in the samples that were lost"
    case .inKernel(let seconds):
      return facts
        + ": \(seconds.exactSecondsText) were spent in the kernel, which is not sampled (\(rootOrParanoid) 1)"
    case .programsNotSampled: return facts + ": the programs that may not be sampled used the rest, or part of it"
    case .paused: return facts + ": nothing was sampled while perfprof was stopped"
    case .lateClocks(let frequency):
      return facts + ": each thread's clock begins with a whole period of \((1 / frequency).exactSecondsText), so that "
        + "short threads and processes are seen too seldom or never; \(rootOrParanoid) 0, so that CPUs are sampled "
        + "instead, or raise -F"
    }
  }

  /// A rate that gives some hundred samples.
  private static func frequency(for seconds: Double) -> Int {
    for rate in [999, 1999, 4999, 9999, 19_999, 49_999] where Double(rate) * seconds >= 100 { return rate }
    return 99_999
  }
}
