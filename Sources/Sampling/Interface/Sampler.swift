import ProfileModel

/// A source of samples of live threads.
///
/// One thread makes it and polls it until the targets have gone or the user has had enough, then finishes it. Sampling
/// goes on from `init` (or, for a target that was started suspended, from its exec) until `finish` or the release of
/// the value; the targets run on, whatever becomes of the sampler.
package protocol Sampler: ~Copyable {
  /// How it samples, and what it could not do.
  var description: SamplerDescription { get }

  /// What sampling did to the targets so far; empty where it did nothing to them.
  var effects: [SamplingNote] { get }

  /// Where to ask for mappings that an address lies in, if the kernel does not report them; nil where it does.
  var mappings: TracedMaps? { get }

  /// What went wrong with records so far.
  var faults: SamplingFaults { get }

  /// Waits for records, at most the given time, and hands them to `handler` in order.
  ///
  /// A signal, or input on `SamplingOptions.wakeDescriptor`, ends the wait early. The first call delivers the state of
  /// the processes that ran already.
  mutating func poll(timeoutMilliseconds: Int32, handler: inout some SamplingHandler & ~Copyable)
    throws(SamplingError) -> SamplerState

  /// Is told of stacks that went on beyond what their samples held, so that later samples may hold more.
  mutating func follow(_ stacks: [OutgrownStack])

  /// Is told where the threads of processes keep their Swift tasks, so that later samples may hold these; nil for a process
  /// that has none any more. Whether they will.
  mutating func follow(tasks: [(pid: Int32, slot: TaskSlot?)]) -> Bool

  /// Leaves the targets alone until `resume`, so that this process may stop; the thread must end, where there is another.
  mutating func suspend(handler: inout some SamplingHandler & ~Copyable) throws(SamplingError)

  /// Goes on after `suspend`, on the thread that calls.
  mutating func resume(handler: inout some SamplingHandler & ~Copyable) throws(SamplingError)

  /// Stops sampling and hands over everything seen so far.
  mutating func finish(handler: inout some SamplingHandler & ~Copyable) throws(SamplingError)
}

extension Sampler where Self: ~Copyable {
  /// None: the kernel reports mappings.
  package var mappings: TracedMaps? { nil }

  /// Nothing: what the kernel samples by itself needs nobody to go on.
  package mutating func suspend(handler: inout some SamplingHandler & ~Copyable) throws(SamplingError) {}

  /// Nothing.
  package mutating func resume(handler: inout some SamplingHandler & ~Copyable) throws(SamplingError) {}

  /// Samples hold none.
  package mutating func follow(tasks: [(pid: Int32, slot: TaskSlot?)]) -> Bool { false }
}

/// A stack that went on beyond what its sample held.
package struct OutgrownStack: Hashable, Sendable {
  /// The process.
  package var pid: Int32
  /// The thread.
  package var tid: Int32
  /// Its stack pointer at the sample.
  package var stackPointer: UInt64
  /// Whether it had to be cut, since its sample held no more.
  package var isCut: Bool
  /// How another stack is found, if it went on there.
  package var other: StackSwitch?

  /// A stack of a thread.
  package init(pid: Int32, tid: Int32, stackPointer: UInt64, isCut: Bool, other: StackSwitch? = nil) {
    self.pid = pid
    self.tid = tid
    self.stackPointer = stackPointer
    self.isCut = isCut
    self.other = other
  }
}

/// Counts of records that could not be used as they should; none is expected of a sound kernel.
package struct SamplingFaults: Hashable, Sendable {
  /// Records handed over after newer ones: the machine took too long to complete them.
  package var late: UInt64 = 0
  /// Records that contradict their own length, left out.
  package var malformed: UInt64 = 0
  /// Times that a ring held what can't be a record, and all of its content was left out.
  package var corruptions: UInt64 = 0

  /// None.
  package init() {}
}

/// Whether there is anything left to sample.
package enum SamplerState: Hashable, Sendable {
  /// Some sampled process lives.
  case running
  /// The targets and all their sampled children have ended.
  case allTargetsExited
}

/// What to sample.
package enum SamplingTarget: Hashable, Sendable {
  /// These processes with all threads, those born later, and later children.
  case processes([Int32])
  /// A process that `CommandLauncher` holds before its exec; sampled from the first instruction of its program on.
  case suspended(Int32)
  /// Every process of the machine.
  case allProcesses

  /// The processes that are named; nil for all of the machine.
  package var roots: [Int32]? {
    switch self {
    case .processes(let pids): pids
    case .suspended(let pid): [pid]
    case .allProcesses: nil
    }
  }
}

/// How to sample.
package struct SamplingOptions: Hashable, Sendable {
  /// Samples a second of CPU time of each thread.
  package var frequency: UInt32 = 499
  /// Bytes of user stack for each sample; a multiple of 8, at most 65,528.
  package var dumpBytes: UInt32 = 65_528
  /// Whether kernel code is left out even where it may be sampled.
  package var excludesKernel = false
  /// What an event is opened for.
  package var spread = EventSpread.automatic
  /// The most memory for all rings together; each holds a few samples in any case.
  package var ringBudgetBytes = 32 << 20
  /// A descriptor whose input ends `poll` early, such as a signalfd; the sampler never reads it.
  package var wakeDescriptor: Int32?
  /// What makes samples due, in the order of their values in the recording; empty for CPU time, by what tells it best.
  /// No two are the same, and ptrace can't do with any.
  package var events: [SampledEvent] = []
  /// Whether it is sampled what threads wait for; perf alone can, and not together with `events`.
  package var waits = WaitSampling.none
  /// For ptrace: whether threads that don't run are observed as well.
  package var includesIdleThreads = false

  /// The defaults.
  package init() {}
}

/// What events are opened for: threads or CPUs.
///
/// A thread's timer starts anew with each thread, by a whole period, so that one which runs for less is never seen, and
/// every other too seldom by half a sample: all of a build's small processes may be missing. A CPU's timer has no such
/// bias, and costs the target nothing when its threads are switched, made and ended; the price is an interrupt in other
/// processes as well, and the permission to sample them.
package enum EventSpread: Hashable, Sendable {
  /// CPUs where that's permitted, else threads.
  case automatic
  /// Threads, unless there are too many.
  case threads
}

/// How a sampler samples, and what limits it.
package struct SamplerDescription: Hashable, Sendable {
  /// `perf:cycles`, `perf:cpu-clock`, `ptrace`, or `perf:` and the events that were asked for.
  package var name: String
  /// The events that were asked for; empty for CPU time.
  package var events: [SampledEvent] = []
  /// What of threads' waiting is sampled; the last of the events then are their switches.
  package var waits = WaitSampling.none
  /// Samples a second that are really asked for, after the kernel's limit.
  package var frequency: UInt32
  /// Whether kernel code is invisible.
  package var excludesKernel: Bool
  /// Whether CPUs are sampled and not threads, so that no thread is too short to be seen.
  package var samplesCPUs = false
  /// Memory in all rings.
  package var ringBytes: Int
  /// Stack bytes asked for with each sample.
  package var dumpBytes: UInt32
  /// What is less than was asked for, and why.
  package var notes: [SamplingNote]
}
