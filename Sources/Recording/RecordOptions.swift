import Sampling

/// What to record, and how.
package struct RecordOptions: Sendable {
  /// Which interface of the kernel to sample with.
  package enum SamplerChoice: String, Sendable, CaseIterable {
    /// perf_event, and ptrace where that is not to be had.
    case auto
    /// perf_event or nothing.
    case perf
    /// ptrace.
    case ptrace
  }

  /// How stacks are walked.
  package enum UnwindingChoice: String, Sendable, CaseIterable {
    /// Compact tables first, libunwind where they can't tell.
    case tables
    /// libunwind alone.
    case libunwind
  }

  /// What to sample.
  package var target: SamplingTarget
  /// Which of its threads; nil for all.
  package var threads: ThreadChoice?
  /// The command line to name in the recording.
  package var command: [String]
  /// Frequency and limits of sampling.
  package var sampling = SamplingOptions()
  /// Stop after so many seconds.
  package var durationSeconds: Double?
  /// The interface to sample with.
  package var sampler = SamplerChoice.auto
  /// The most frames of a stack to keep.
  package var maxDepth = 2048
  /// The unwinder's way; tests and benchmarks choose others than the default.
  package var unwinding = UnwindingChoice.tables
  /// Where names come from.
  package var symbols = SymbolizationOptions()
  /// What naming all functions may take at the end, in seconds; binaries of others can be made to take forever.
  package var namingSeconds = 60.0
  /// Time of a window, in seconds: what a death of the profiler may cost, and how old a live view may get.
  package var windowSeconds = 2.0
  /// The version of the program, for the recording's header.
  package var version = ""

  /// Options for `target`, the rest by default.
  package init(target: SamplingTarget, command: [String]) {
    self.target = target
    self.command = command
  }
}

/// How a recording is coming along.
package struct RecordProgress: Sendable {
  /// Since sampling began.
  package var seconds: Double
  /// Samples so far.
  package var samples: UInt64
  /// Threads that were sampled.
  package var threads: Int
  /// Samples dropped so far.
  package var lost: UInt64
  /// Samples with a complete stack.
  package var rooted: UInt64
  /// Whether names are being looked up.
  package var isNaming = false
}
