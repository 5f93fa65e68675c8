import Glibc
import Processes
import ProfileModel

/// Looks at every thread of a process once: those that wait are read as they stand, those that run are stopped for an
/// instant.
///
///     waiting   see `WaitingThreadReader`
///     running   ask ─► stop: registers, stack ─► go on ─► walk; once more, walked while it stands, where memory is needed
///                                                         that was not read with its stack
///
/// The last sample of a thread is the one that counts. The thread that makes it must be the one that uses it, and its end
/// lets go whoever was asked to stop and did not: see `TracingThread`.
package struct ThreadSnapshot: ~Copyable, Sampler {
  /// How it samples.
  package let description: SamplerDescription
  /// How long threads that ran were held.
  package private(set) var pauses = PauseStatistics()
  /// What was seen of each thread.
  package var threads: [ObservedThread] { seen.values.sorted { $0.tid < $1.tid } }
  /// None: there are no records.
  package var faults: SamplingFaults { SamplingFaults() }
  /// What is mapped in the process.
  package let mappings: TracedMaps? = TracedMaps()

  /// How long threads were stopped.
  package var effects: [SamplingNote] {
    guard pauses.count > 0 else { return [] }
    return [
      .threadsPaused(
        count: pauses.count, median: pauses.percentile(0.5), percentile99: pauses.percentile(0.99),
        longest: pauses.longest)
    ]
  }

  private let pid: Int32
  private var seen: [Int32: ObservedThread] = [:]
  private var waiting = WaitingThreadReader()
  private var runningStacks = TraceBuffer(capacity: Self.runningBytes)
  private var regions: StackRegions
  private var signals: ChildSignal
  /// Threads that ran and whose stacks went on where they had not been read.
  private var cut: Set<Int32> = []
  private var isFirst = true

  /// What is read of a running thread's stack while it is stopped.
  private static let runningBytes = 128 << 10
  /// How long threads may take to stop: as long as others keep them from a CPU.
  private static let patience: UInt64 = 200_000_000

  /// Prepares to look at the process's threads.
  package init(pid: Int32) throws(SamplingError) {
    guard let process = try PerfEventSampler.resolve(.processes([pid])).first else { throw .noSuchProcess(pid: pid) }
    self.pid = process
    _ = KernelLimits.raiseDescriptorLimit()
    regions = StackRegions(pid: process)
    signals = ChildSignal()
    description = SamplerDescription(
      name: "threads", frequency: 1, excludesKernel: true, ringBytes: 0, dumpBytes: UInt32(Self.runningBytes), notes: []
    )
  }

  /// Looks at all threads by the first call, and by the second once more at those whose stacks were not read to their ends.
  package mutating func poll(timeoutMilliseconds: Int32, handler: inout some SamplingHandler & ~Copyable)
    throws(SamplingError) -> SamplerState
  {
    if isFirst {
      isFirst = false
      let tids = ProcessStatus.threads(of: pid)
      guard !tids.isEmpty else { throw .noSuchProcess(pid: pid) }
      describe(tids, handler: &handler)
      var running: [Int32] = []
      for tid in tids where !observeWaiting(tid, handler: &handler) { running.append(tid) }
      try stop(running, standing: false, handler: &handler)
      return pauses.count > 0 ? .running : .allTargetsExited
    }
    let again = cut.sorted()
    cut.removeAll()
    try stop(again, standing: true, handler: &handler)
    return .allTargetsExited
  }

  /// Is told of stacks that went on beyond what was read of them.
  package mutating func follow(_ stacks: [OutgrownStack]) {
    for stack in stacks where stack.isCut && seen[stack.tid]?.state == .running { cut.insert(stack.tid) }
  }

  /// Nothing is left to be done.
  package mutating func finish(handler: inout some SamplingHandler & ~Copyable) throws(SamplingError) {}

  private mutating func describe(_ tids: [Int32], handler: inout some SamplingHandler & ~Copyable) {
    let time = MachineClock.monotonic
    for tid in tids {
      guard let name = ProcessStatus.threadName(pid: pid, tid: tid) else { continue }
      handler.event(.renamed(pid: pid, tid: tid, name: name, isExec: false, time: time))
    }
    for mapping in mappings?.news(of: pid, for: nil, time: time) ?? [] {
      handler.event(.mapped(pid: pid, mapping, time: time))
    }
  }

  // MARK: Threads that wait

  /// Reads a thread as it stands; false when it runs.
  private mutating func observeWaiting(_ tid: Int32, handler: inout some SamplingHandler & ~Copyable) -> Bool {
    let pages = mappings?.pages(of: pid, tid: tid) ?? PageMap(pid: pid, tid: tid)
    let outcome = waiting.read(tid, of: pid, pages: pages, regions: regions) { sample, _ in handler.sample(sample) }
    switch outcome {
    case .gone: return true
    case .running: return false
    case .waiting(let thread):
      note(thread)
      return true
    }
  }

  private mutating func note(_ thread: ObservedThread) { seen[thread.tid] = thread }

  // MARK: Threads that run

  /// Asks all these threads to stop, and reads each as soon as it does.
  private mutating func stop(
    _ tids: [Int32], standing: Bool, handler: inout some SamplingHandler & ~Copyable
  ) throws(SamplingError) {
    var asked: [Int32: (time: UInt64, waited: UInt64)] = [:]
    for tid in tids {
      do throws(SystemCallError) {
        try Tracing.seize(tid)
        let waited = Self.waited(pid, tid)
        asked[tid] = (MachineClock.monotonic, waited)
        try Tracing.interrupt(tid)
      } catch {
        asked[tid] = nil
        guard !standing, error.number != ESRCH else { continue }
        let tracer = (try? ProcessStatus(pid: tid))?.tracer ?? 0
        note(ObservedThread(pid: pid, tid: tid, state: .unread(tracer != 0 ? .traced(by: tracer) : .notPermitted)))
      }
    }
    let end = MachineClock.monotonic + Self.patience
    while !asked.isEmpty, MachineClock.monotonic < end {
      while let (tid, stop) = Tracing.next() {
        let time = MachineClock.monotonic
        guard let request = asked.removeValue(forKey: tid) else {
          letGo(tid, from: stop)
          continue
        }
        read(tid, at: stop, time: time, request: request, standing: standing, handler: &handler)
      }
      if !asked.isEmpty { _ = try signals.wait(nanoseconds: 1_000_000, or: nil) }
    }
    if !standing {
      for tid in asked.keys.sorted() { note(ObservedThread(pid: pid, tid: tid, state: .unread(.didNotStop))) }
    }
  }

  private mutating func read(
    _ tid: Int32, at stop: TraceStop, time: UInt64, request: (time: UInt64, waited: UInt64), standing: Bool,
    handler: inout some SamplingHandler & ~Copyable
  ) {
    switch stop {
    case .exited, .killed: return
    default: break
    }
    let registers = RegisterSet(of: tid)
    if case .interrupted = stop, let registers { _ = InterruptedCall.mend(tid, registers) }
    let (user, architecture) = (registers?.user, registers.map(\.architecture) ?? .host)
    if let user, let architecture {
      let pointer = user[UserRegisters.stackPointer(architecture)]
      runningStacks.read(
        stackOf: tid, from: pointer, in: mappings?.pages(of: pid, tid: tid) ?? PageMap(pid: pid, tid: tid),
        limit: regions.bytes(from: pointer))
    } else {
      runningStacks.removeAll()
    }
    func resume() {
      let resumed = MachineClock.monotonic
      letGo(tid, from: stop)
      // What it waited for a CPU before it stopped was the machine's doing.
      let waited = Self.waited(pid, tid) &- request.waited
      let asked = resumed &- request.time
      pauses.add(max(resumed &- time, asked > waited ? asked - waited : 0))
    }
    if !standing { resume() }
    handler.sample(
      RawSample(
        time: time, pid: pid, tid: tid, period: 1, architecture: architecture, registers: user,
        stack: runningStacks.bytes, motion: standing ? .standingStill : .runningOn, kernelChain: Span()))
    if standing { resume() }
    if !standing { note(ObservedThread(pid: pid, tid: tid, state: .running)) }
  }

  /// Lets a stopped thread go on, with the signal that it stopped for.
  private func letGo(_ tid: Int32, from stop: TraceStop) {
    switch stop {
    case .exited, .killed: break
    case .signal(let signal): Tracing.detach(tid, signal: signal)
    default: Tracing.detach(tid)
    }
  }

  /// Nanoseconds that a thread has waited for a CPU.
  private static func waited(_ pid: Int32, _ tid: Int32) -> UInt64 {
    guard let line = try? ProcFile.read("/proc/\(pid)/task/\(tid)/schedstat", limit: 96) else { return 0 }
    // SAFETY: the view ends with the call, during which the line lives.
    return unsafe ScheduleTimes.parse(line.span.bytes)?.waited ?? 0
  }
}
