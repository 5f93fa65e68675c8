/// A fact about how a profile came about that limits what it may be trusted for. Its words are made where it is shown.
public enum ProfileNote: Hashable, Sendable {
  /// Something that the sampler had to do without, or did to its targets.
  case sampling(SamplingNote)
  /// The targets used this much CPU time, and of that nothing was sampled.
  case noSample(usedSeconds: Double, NoSampleCause)
  /// The targets used another amount of CPU time than the samples stand for.
  case cpuTime(usedSeconds: Double, sampledSeconds: Double, cause: CPUTimeCause?)
  /// Programs that only root may sample ran, and have no samples.
  case programsNotSampled(names: [String])
  /// What the kernel accounts to all threads that were watched, in seconds: how long they lived, ran, waited for a CPU and
  /// for something else; and how many switches there were to a sample at most.
  case threadTimes(ThreadTimesSum)
  /// Only threads of these names or numbers were recorded, with so many samples; so many of others were left out.
  case onlyThreads(chosen: [String], samples: UInt64, others: UInt64)
  /// So many observations are missing of events that came faster than they could be written.
  case eventsLost(count: UInt64)
  /// So many samples could not be written to the disk in time, or at all: with an error number, where it told one.
  case samplesNotWritten(count: UInt64, errno: Int32?)
  /// So many stacks went on beyond what was copied of them at first.
  case stacksContinued(count: UInt64, from: StackRest)
  /// So many samples were taken in async functions; of so many all callers are known, and of so many of these they were
  /// read at the very instant of the sample.
  case asyncStacks(samples: UInt64, complete: UInt64, inTime: UInt64)
  /// Samples of a program whose addresses are narrower than the machine's.
  case narrowProgram(name: String, isX32: Bool, rooted: UInt64, samples: UInt64)
  /// The same of so many more such programs together.
  case otherNarrowPrograms(count: UInt64, rooted: UInt64, samples: UInt64)
  /// What limits the names of a module's functions.
  case module(path: String, buildID: BuildID?, ModuleProblem)
  /// So many bytes behind a recording's end belong to nothing; nil where nobody counted them.
  case bytesLeftOut(count: UInt64?)
  /// Names were found after recording, in files as they were then.
  case namesFoundLater
  /// A recording was cut before its names were written.
  case namesMissing
  /// Names were looked up for so many modules of all, until that was stopped or took this long.
  case namingStopped(named: UInt64, total: UInt64, limitSeconds: Double)
  /// A sentence: of a file from elsewhere, or of a recording older than facts.
  case sentence(String)
  /// A fact that a newer perfprof wrote, and this one does not know.
  case unknown

  /// Times of all threads together, in seconds.
  public struct ThreadTimesSum: Hashable, Sendable {
    /// How many threads.
    public var threads: UInt64
    /// How long they were watched.
    public var wall: Double
    /// On a CPU.
    public var onCPU: Double
    /// Ready to run.
    public var runnable: Double
    /// Waiting for something else than a CPU.
    public var blocked: Double
    /// Switches for each sample, where that was most; 1 where each was one.
    public var switchesPerSample: UInt64

    /// Times of so many threads.
    public init(
      threads: UInt64, wall: Double, onCPU: Double, runnable: Double, blocked: Double, switchesPerSample: UInt64
    ) {
      self.threads = threads
      self.wall = wall
      self.onCPU = onCPU
      self.runnable = runnable
      self.blocked = blocked
      self.switchesPerSample = switchesPerSample
    }
  }

  /// Why nothing was sampled.
  public enum NoSampleCause: Hashable, Sendable {
    /// Not known.
    case unknown
    /// These targets are stopped.
    case stopped(processes: [Int32])
    /// So much of the time was spent in the kernel, which is not sampled.
    case inKernel(seconds: Double)
    /// The targets slept, for so long.
    case asleep(seconds: Double)
    /// It is too little for a sample at this rate.
    case tooShort(frequency: Double)
  }

  /// Why less CPU time was sampled than was used.
  public enum CPUTimeCause: Hashable, Sendable {
    /// Samples were lost.
    case lost
    /// So much was spent in the kernel, which is not sampled.
    case inKernel(seconds: Double)
    /// Programs used it that may not be sampled.
    case programsNotSampled
    /// Each thread's clock begins with a whole period of this rate.
    case lateClocks(frequency: Double)
    /// Nothing was sampled while perfprof was stopped.
    case paused
  }

  /// Where the rest of a stack came from that was larger than its copy.
  public enum StackRest: Hashable, Sendable {
    /// Copied at the same instant.
    case copied
    /// Read while its thread stood still.
    case live
  }
}

/// What readers of files from elsewhere note, each in a sentence of its own.
extension ProfileNote: ExpressibleByStringInterpolation {
  /// A sentence.
  public init(stringLiteral text: String) { self = .sentence(text) }
}
