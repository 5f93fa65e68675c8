/// What was profiled, how, and how well that went.
public struct ProfileMetadata: Hashable, Sendable {
  /// The profiled command and its arguments; empty where unknown.
  public var command: [String] = []
  /// Wall-clock start in nanoseconds since 1970; nil where the source doesn't say.
  public var startTime: UInt64?
  /// From start to stop.
  public var durationSeconds: Double = 0
  /// `perf:cycles`, `perf:cpu-clock`, `ptrace`; for imports the format read, such as `folded`.
  public var sampler: String = ""
  /// Samples a second and CPU that were asked for; 0 where unknown.
  public var requestedFrequency: Double = 0
  /// Samples a second of busy CPU that came; 0 where unknown.
  public var actualFrequency: Double = 0
  /// Samples that the kernel or a full ring dropped.
  public var lost: UInt64 = 0
  /// How often the kernel throttled the event.
  public var throttled: UInt64 = 0
  /// CPU time, user and system, that perfprof itself took.
  public var profilerCPUSeconds: Double = 0
  /// The most memory that perfprof held.
  public var profilerPeakResidentBytes: UInt64 = 0
  /// Whether the recording was closed properly; false for one cut short, whose tail is missing.
  public var isComplete = true
  /// Sentences on what limits trust: kernel excluded, ring shrunk, module without symbols…
  public var notes: [String] = []

  /// Metadata of nothing in particular.
  public init() {}
}
