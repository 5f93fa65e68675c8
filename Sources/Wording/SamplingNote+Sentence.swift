import BinaryReading
import ProfileModel

extension SamplingNote {
  /// The note as a sentence, without a full stop.
  var sentence: String {
    switch self {
    case .noHardwareCycles:
      "no hardware cycle counter: sampled by cpu-clock"
    case .kernelExcluded(let paranoid):
      "kernel code is not sampled at perf_event_paranoid \(paranoid.map(String.init) ?? "unknown") "
        + "(allowed with kernel.perf_event_paranoid=1 or CAP_PERFMON)"
    case .frequencyLimited(let requested, let limit):
      "sampled at \(limit) instead of \(requested) Hz (kernel.perf_event_max_sample_rate)"
    case .ringsShrunk(let wanted, let got):
      "ring buffers of \(got >> 10) instead of \(wanted >> 10) KiB: little lockable memory (kernel.perf_event_mlock_kb)"
    case .dumpsShortened(let wanted, let got):
      "stack dumps of \(got) instead of \(wanted) bytes: the ring buffers are small (kernel.perf_event_mlock_kb)"
    case .threadsPaused(let count, let median, let percentile99, let longest):
      "ptrace stopped threads \(count == 1 ? "once" : "\(count) times"): for \(median / 1000) µs in the median, \(percentile99 / 1000) µs at the "
        + "99th percentile, \(longest / 1000) µs at most"
    case .callsInterrupted(let restarted, let lost):
      "ptrace ended \(Self.counted(restarted &+ lost, "system call")) early; \(restarted) "
        + "\(restarted == 1 ? "was" : "were") begun again unnoticed"
        + (lost > 0 ? ", \(lost) may have told \(lost == 1 ? "its" : "their") program EINTR" : "")
    case .samplingPaused(let count, let seconds, let kernelWentOn):
      "perfprof was stopped \(count == 1 ? "once" : "\(count) times"), for \(seconds.exactSecondsText): "
        + (kernelWentOn
          ? "the kernel sampled on, and what it had no room for is counted as lost" : "nothing was sampled then")
    case .waitingThreadsSampled:
      "threads that wait were sampled as those that run (--idle): shares are of elapsed time, and not of CPU time"
    case .stacksNotFollowed:
      "stacks that go on beyond what perf_event copies are cut there: more is copied where BPF is allowed (root, or "
        + "CAP_BPF and CAP_PERFMON, on Linux 5.15 or later); --sampler ptrace reads all of them"
    case .tracepointStacksNotFollowed:
      "stacks that go on beyond what perf_event copies are cut at tracepoints, where BPF programs copy no more"
    case .asyncCallersNotCopied:
      "who awaits async functions was read after the samples, and may be of another time, or is missing: it is read with the "
        + "samples where BPF is allowed (root, or CAP_BPF and CAP_PERFMON, on Linux 5.17 or later); --sampler ptrace reads "
        + "it while threads are stopped"
    case .stacksNotCopied(let count):
      (count == 1 ? "1 stack that goes" : "\(count) stacks that go")
        + " on beyond what perf_event copies \(count == 1 ? "was" : "were") cut: the rings were full (try a lower -F)"
    case .perfNotUsed(let number, let paranoid):
      "sampled by ptrace, as perf_event could not be used (\(errorText(number))"
        + (paranoid.map { ", kernel.perf_event_paranoid is \($0)" } ?? "") + ")"
    case .unreadableProcess(let pid, _):
      "process \(pid) could not be read: its code has no names"
    }
  }

  private static func counted(_ count: UInt64, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
