/// What was profiled, how, and how well that went.
public struct ProfileMetadata: Hashable, Sendable {
  /// The profiled command and its arguments; empty where unknown.
  public var command: [String] = []
  /// Wall-clock start in nanoseconds since 1970; nil where the source doesn't say.
  public var startTime: UInt64?
  /// From start to stop.
  public var durationSeconds: Double = 0
  /// Whether it comes from a recording of perfprof, which marks each stack without its root and counts what was lost.
  /// Files from elsewhere don't: what they leave unsaid is not known.
  public var isRecorded = false
  /// `perf:cycles`, `perf:cpu-clock`, `ptrace`; for imports the format read, such as `folded`.
  public var sampler: SamplerKind = .other("")
  /// Samples a second and CPU that were asked for; 0 where unknown.
  public var requestedFrequency: Double = 0
  /// Samples a second of busy CPU that came; 0 where unknown.
  public var actualFrequency: Double = 0
  /// Samples that the kernel or a full ring dropped.
  public var lost: UInt64 = 0
  /// How often the kernel throttled the event.
  public var throttled: UInt64 = 0
  /// Records that came after newer ones.
  public var lateRecords: UInt64 = 0
  /// Records left out because they contradict their own length.
  public var malformedRecords: UInt64 = 0
  /// Times that all of a ring's content was left out, because it held what is no record.
  public var ringCorruptions: UInt64 = 0
  /// CPU time that the kernel accounted to the targets while they were watched; nil where it isn't known.
  public var cpuSecondsUsed: Double?
  /// CPU time that the samples stand for; nil where it isn't known.
  public var cpuSecondsSampled: Double?
  /// What targets and machine did with their time beside; nil where it isn't known.
  public var resources: ResourceUse?
  /// CPU time, user and system, that perfprof itself took.
  public var profilerCPUSeconds: Double = 0
  /// The most memory that perfprof held.
  public var profilerPeakResidentBytes: UInt64 = 0
  /// Whether the recording was closed properly; false for one cut short, whose tail is missing.
  public var isComplete = true
  /// What limits trust: kernel excluded, ring shrunk, module without symbols…
  public var notes: [ProfileNote] = []

  /// Metadata of nothing in particular.
  public init() {}
}
