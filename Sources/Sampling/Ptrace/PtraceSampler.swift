import CLinuxPerf
import Glibc
import Processes
import ProfileModel

/// Samples through ptrace: each thread that has run is stopped for an instant, read, and let go.
///
///     thread   ── runs ──┐ stopped: registers, stack ┌── runs ──────────────
///                        ▲                           │
///     sampler  interrupt ┘                   resume ─┴─► handler
///
/// It needs no perf_event, sees no kernel code, and costs the target more. Threads that don't run are never stopped,
/// for their system calls might end early; if they are wanted, they are observed as they stand, see `observe`.
///
/// The thread that makes it must be the one that uses it, and its end is what lets the targets' threads go: see
/// `TracingThread`. Whatever becomes of this process, the kernel does so. SIGCHLD is blocked on it meanwhile.
package struct PtraceSampler: ~Copyable, Sampler {
  /// How it samples, and what it could not do.
  package let description: SamplerDescription
  /// How long observed threads were held: from the request to stop until they went on, without their own waiting for
  /// a CPU.
  package internal(set) var pauses = PauseStatistics()

  /// There are no records that could go wrong.
  package var faults: SamplingFaults { SamplingFaults() }

  /// How long threads were stopped.
  package var effects: [SamplingNote] {
    var effects: [SamplingNote] = []
    if pauses.count > 0 {
      effects.append(
        .threadsPaused(
          count: pauses.count, median: pauses.percentile(0.5), percentile99: pauses.percentile(0.99),
          longest: pauses.longest))
    }
    if restartedCalls > 0 || lostCalls > 0 {
      effects.append(.callsInterrupted(restarted: restartedCalls, lost: lostCalls))
    }
    return effects
  }

  /// System calls that a stop has ended and that were begun again; and those of them that weren't.
  var restartedCalls: UInt64 = 0
  var lostCalls: UInt64 = 0

  var threads: TracedThreads
  /// What is mapped in the targets, which the kernel doesn't report.
  package let mappings: TracedMaps? = TracedMaps()
  var buffer: TraceBuffer
  let processes: [Int32]
  /// Processes of which stacks were found to go on elsewhere than in what is read of them.
  var outgrown: Set<Int32> = []
  let period: UInt64
  private let includesIdleThreads: Bool
  private let wakeDescriptor: Int32?
  var signals: ChildSignal?
  var nextSweep: UInt64
  private var jitter: UInt64 = 0x2545_F491_4F6C_DD1D
  var isDescribed: Bool
  /// The threads that were let go by `suspend`; nil while they are traced.
  var suspended: [(pid: Int32, tid: Int32)]?
  private(set) var isFinished = false

  /// Begins to trace the targets' threads; sampling begins with the first poll.
  package init(target: SamplingTarget, options: SamplingOptions = SamplingOptions()) throws(SamplingError) {
    guard target != .allProcesses else { throw .unsupportedTarget }
    let processes = try PerfEventSampler.resolve(target)
    _ = KernelLimits.raiseDescriptorLimit()
    var threads = TracedThreads()
    try Self.seizeThreads(of: processes, into: &threads)
    let frequency = min(10_000, max(1, options.frequency))
    description = SamplerDescription(
      name: "ptrace", frequency: frequency, excludesKernel: true, ringBytes: 0, dumpBytes: options.dumpBytes,
      notes: (frequency < options.frequency
        ? [.frequencyLimited(requested: options.frequency, limit: frequency)] : [])
        + (options.includesIdleThreads ? [.waitingThreadsSampled] : []))
    self.processes = processes
    period = 1_000_000_000 / UInt64(frequency)
    buffer = TraceBuffer(capacity: Int(options.dumpBytes))
    includesIdleThreads = options.includesIdleThreads
    wakeDescriptor = options.wakeDescriptor
    signals = ChildSignal()
    nextSweep = MachineClock.monotonic
    if case .suspended = target { isDescribed = true } else { isDescribed = false }
    self.threads = threads
  }

  /// Observes the threads at the frequency for the given time, or until input on the wake descriptor.
  package mutating func poll(timeoutMilliseconds: Int32, handler: inout some SamplingHandler & ~Copyable)
    throws(SamplingError) -> SamplerState
  {
    let end = MachineClock.monotonic + UInt64(max(0, timeoutMilliseconds)) * 1_000_000
    describeProcesses(handler: &handler)
    repeat {
      serve(handler: &handler)
      if threads.isEmpty { return .allTargetsExited }
      let now = MachineClock.monotonic
      if now >= nextSweep {
        adoptUnborn(olderThan: now &- 100_000_000, handler: &handler)
        sweep(now, handler: &handler)
      }
      let wakeUp = min(end, nextSweep)
      let present = MachineClock.monotonic
      if wakeUp > present, try wait(nanoseconds: wakeUp - present, or: wakeDescriptor) { break }
    } while MachineClock.monotonic < end
    return .running
  }

  /// Keeps the threads of these stacks' processes stopped from now on until their samples are handled.
  package mutating func follow(_ stacks: [OutgrownStack]) { outgrown.formUnion(stacks.map(\.pid)) }

  /// The same of processes with tasks, which are read until then.
  package mutating func follow(tasks: [(pid: Int32, slot: TaskSlot?)]) -> Bool {
    for (pid, slot) in tasks where slot != nil { outgrown.insert(pid) }
    return true
  }

  /// Ends sampling. The threads are let go when this thread ends, which must be soon: until then those that are sent
  /// signals wait for it.
  package mutating func finish(handler: inout some SamplingHandler & ~Copyable) throws(SamplingError) {
    guard !isFinished else { return }
    isFinished = true
    describeProcesses(handler: &handler)
    try settle(handler: &handler)
    // It belongs to this thread, which the value outlives.
    signals = nil
  }

  /// Leaves nothing asked of the threads, so that the end of this one lets them go unnoticed.
  mutating func settle(handler: inout some SamplingHandler & ~Copyable) throws(SamplingError) {
    // Those asked to stop will do so, most at once; let go before, their system calls might end early.
    let end = MachineClock.monotonic + Self.patience
    repeat {
      serve(handler: &handler)
      guard threads.isAnyAsked else { break }
      _ = try wait(nanoseconds: 1_000_000, or: nil)
    } while MachineClock.monotonic < end
    // A process's first thread does not end with the tracing.
    if clp_gettid() == getpid() { try letGo() }
  }

  mutating func wait(nanoseconds: UInt64, or other: Int32?) throws(SamplingError) -> Bool {
    try signals?.wait(nanoseconds: nanoseconds, or: other) ?? true
  }

  /// Stops every thread once more and lets it go, where the tracing thread goes on. Calls that this ends early are begun
  /// again as far as that can be done, and counted.
  private mutating func letGo() throws(SamplingError) {
    for tid in threads.numbers { try? Tracing.interrupt(tid) }
    let end = MachineClock.monotonic + 10 * Self.patience
    while !threads.isEmpty, MachineClock.monotonic < end {
      while let (tid, stop) = Tracing.next() {
        detach(tid, from: stop)
        threads.remove(tid)
        threads.unborn[tid] = nil
      }
      if !threads.isEmpty { _ = try wait(nanoseconds: 1_000_000, or: nil) }
    }
  }

  private mutating func detach(_ tid: Int32, from stop: TraceStop) {
    switch stop {
    case .exited, .killed: return
    case .signal(let signal): Tracing.detach(tid, signal: signal)
    case .interrupted:
      if let registers = RegisterSet(of: tid) { mendCall(of: tid, registers) }
      Tracing.detach(tid)
    case .made:
      // The new thread is traced by birth, and about to stop.
      if let child = Tracing.eventMessage(tid) { threads.unborn[child] = 0 }
      Tracing.detach(tid)
    default: Tracing.detach(tid)
    }
  }

  private static let patience: UInt64 = 100_000_000

  /// Asks the threads that owe a sample to stop, those of them that run just now; or observes every thread.
  private mutating func sweep(_ now: UInt64, handler: inout some SamplingHandler & ~Copyable) {
    if includesIdleThreads {
      observeThreads(handler: &handler)
    } else {
      threads.sweep(period: Int64(period), Self.interruptIfRunning)
    }
    // Between half and one and a half periods from now, lest the program's own rhythm be met; on average one.
    jitter ^= jitter << 13
    jitter ^= jitter >> 7
    jitter ^= jitter << 17
    nextSweep = max(now, nextSweep + period / 2 + jitter % max(1, period))
  }

  /// Asks a thread to stop unless it's blocked at that moment; whether it was asked.
  static func interruptIfRunning(_ thread: TracedThread) -> Bool {
    guard ThreadPlace(pid: thread.pid, tid: thread.tid) == .running else { return false }
    // A failure means that it's gone, and its end about to be reported.
    return (try? Tracing.interrupt(thread.tid)) != nil
  }
}
