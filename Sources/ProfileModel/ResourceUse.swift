/// What the targets and their machine did with their time while they were recorded, as the kernel accounts it: what a
/// profile of CPU time alone doesn't tell. Each part is nil where it isn't known.
public struct ResourceUse: Hashable, Sendable {
  /// Times of all of the targets' threads together, in seconds (`/proc/PID/task/TID/schedstat`, proc_pid_schedstat(5)).
  public struct Threads: Hashable, Sendable {
    /// How many threads.
    public var count: UInt64 = 0
    /// How long they were watched.
    public var wall = 0.0
    /// On a CPU.
    public var onCPU = 0.0
    /// Ready to run, and waiting for a CPU.
    public var runnable = 0.0
    /// How long others lived beside that, or these went on, until they ended without having been read.
    public var unread = 0.0

    /// No threads.
    public init() {}

    /// Waiting for something else than a CPU.
    public var blocked: Double { max(0, wall - onCPU - runnable) }
    /// Of the time that threads wanted a CPU the share that they had none; nil where they wanted none.
    public var waitShare: Double? { onCPU + runnable > 0 ? runnable / (onCPU + runnable) : nil }
  }

  /// All processors of the machine, in CPU seconds (`/proc/stat`, proc_stat(5)).
  public struct Machine: Hashable, Sendable {
    /// How many processors.
    public var cpus: UInt64 = 0
    /// From start to stop.
    public var seconds = 0.0
    /// Not idle, by whomever.
    public var busy = 0.0
    /// Wanted, but given to another virtual machine by the host.
    public var stolen = 0.0
    /// Idle while something waited for a disk.
    public var waitingForDisk = 0.0

    /// A machine that did nothing.
    public init() {}

    /// A share of what all processors could have done.
    public func share(of cpuSeconds: Double) -> Double {
      seconds > 0 && cpus > 0 ? min(1, max(0, cpuSeconds / (seconds * Double(cpus)))) : 0
    }
  }

  /// For how many seconds some task of the machine had to wait for a resource (`/proc/pressure`,
  /// Documentation/accounting/psi.rst).
  public struct Pressure: Hashable, Sendable {
    /// For a processor.
    public var cpu: Double?
    /// For memory to be freed or to come back from a disk.
    public var memory: Double?
    /// For input or output.
    public var io: Double?

    /// Nothing known.
    public init() {}
  }

  /// What the limits of the targets' control groups, and of those around them, did (Documentation/admin-guide/cgroup-v2.rst).
  public struct Limits: Hashable, Sendable {
    /// For how many seconds a quota of CPU time kept the group from running, over all processors.
    public var throttledSeconds = 0.0
    /// In how many periods.
    public var throttledPeriods: UInt64 = 0
    /// How often memory had to be freed before more could be had.
    public var memoryLimitHits: UInt64 = 0
    /// How many processes were killed for want of memory.
    public var outOfMemoryKills: UInt64 = 0

    /// No limit was met.
    public init() {}
  }

  /// The targets' threads.
  public var threads: Threads?
  /// Pages that the targets had to wait for a disk for.
  public var majorFaults: UInt64?
  /// The machine.
  public var machine: Machine?
  /// What its tasks waited for.
  public var pressure = Pressure()
  /// Limits of control groups.
  public var limits: Limits?

  /// Nothing known.
  public init() {}
}
