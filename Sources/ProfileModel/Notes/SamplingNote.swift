/// Something that a sampler had to do without.
public enum SamplingNote: Hashable, Sendable {
  /// The machine has no hardware cycle counter; cpu-clock is used.
  case noHardwareCycles(errno: Int32)
  /// Kernel code may not be sampled at this `perf_event_paranoid` (nil when it can't be read).
  case kernelExcluded(paranoid: Int?)
  /// The kernel takes at most `limit` samples a second (`perf_event_max_sample_rate`).
  case frequencyLimited(requested: UInt32, limit: UInt32)
  /// Rings are smaller than wished for, for lack of lockable memory (`perf_event_mlock_kb`, RLIMIT_MEMLOCK).
  case ringsShrunk(wanted: Int, got: Int)
  /// Stack dumps are shorter, since the rings are so small.
  case dumpsShortened(wanted: UInt32, got: UInt32)
  /// Threads were stopped for their samples; times in nanoseconds.
  case threadsPaused(count: UInt64, median: UInt64, percentile99: UInt64, longest: UInt64)
  /// Stops have ended system calls early: so many were begun again, and so many could not be, and told EINTR.
  case callsInterrupted(restarted: UInt64, lost: UInt64)
  /// perfprof itself was stopped (SIGTSTP, a terminal's Ctrl-Z) and continued so many times. The kernel sampled
  /// meanwhile for as long as it had room, or nobody did.
  case samplingPaused(count: UInt64, seconds: Double, kernelWentOn: Bool)
  /// Threads that wait were sampled, too: samples are of elapsed time, and not of CPU time.
  case waitingThreadsSampled
  /// Stacks outgrew their dumps, and the rest can't be copied with the sample without `CAP_BPF` and `CAP_PERFMON`.
  case stacksNotFollowed
  /// Stacks at tracepoints outgrew their dumps, and the rest is never copied with the sample there.
  case tracepointStacksNotFollowed
  /// Who awaited async functions can't be read with the sample without `CAP_BPF` and `CAP_PERFMON`.
  case asyncCallersNotCopied
  /// So many stacks could not be copied as a whole, for lack of room.
  case stacksNotCopied(count: UInt64)
  /// perf_event was refused, at this `perf_event_paranoid` where that is the reason, and ptrace took its place.
  case perfNotUsed(errno: Int32, paranoid: Int?)
  /// Nothing can be told of a process, because its `/proc` entry is not readable.
  case unreadableProcess(pid: Int32, errno: Int32)
}
