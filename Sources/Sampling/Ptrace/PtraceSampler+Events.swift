import Glibc
import Processes
import ProfileModel

extension PtraceSampler {
  /// Deals with every stop and end reported by now; returns how many there were.
  @discardableResult
  mutating func serve(handler: inout some SamplingHandler & ~Copyable) -> Int {
    var served = 0
    while let (tid, stop) = Tracing.next() {
      served += 1
      let time = MachineClock.monotonic
      guard let thread = threads[tid] else {
        serveStranger(tid, stop, time: time)
        continue
      }
      // Any stop fulfills a request to stop.
      threads.clearInterrupt(tid)
      switch stop {
      case .exited, .killed: removeThread(tid, time: time, handler: &handler)
      case .interrupted: sample(thread, passing: 0, time: time, handler: &handler)
      case .signal(let signal): sample(thread, passing: signal, time: time, handler: &handler)
      case .groupStop: Tracing.listen(tid)
      case .made: tellOfBirth(by: thread, time: time, handler: &handler)
      case .replaced: replaceProgram(of: thread, time: time, handler: &handler)
      case .other: Tracing.resume(tid)
      }
    }
    return served
  }

  /// Reads a stopped thread if it was asked to stop, hands the sample over, and lets the thread go on with the signal:
  /// before the sample is handled where all of the stack was read, and after it where the stack goes on, so that the rest
  /// can be read while it is as it was.
  private mutating func sample(
    _ thread: TracedThread, passing signal: Int32, time: UInt64, handler: inout some SamplingHandler & ~Copyable
  ) {
    let registers = RegisterSet(of: thread.tid)
    if let registers, !Self.stopsProcess(signal) { mendCall(of: thread.tid, registers) }
    guard let request = thread.interruptedAt else { return Tracing.resume(thread.tid, signal: signal) }
    let waited = threads.waited(thread.tid)
    let (user, architecture) = (registers?.user, registers.map(\.architecture) ?? .host)
    if let user, let architecture {
      let pointer = user[UserRegisters.stackPointer(architecture)]
      buffer.read(stackOf: thread.tid, from: pointer, in: pages(of: thread))
    } else {
      buffer.removeAll()
    }
    let staysStopped = buffer.isFull || outgrown.contains(thread.pid)
    func resume() {
      // Before the request: the thread may run, in our place, before that returns.
      let resumed = MachineClock.monotonic
      Tracing.resume(thread.tid, signal: signal)
      // A thread that waited for a CPU when it was asked to stop was held by the machine; not so once it had stopped.
      pauses.add(max(resumed &- time, (resumed &- request).subtractingClamped(waited)))
    }
    if !staysStopped { resume() }
    threads.charge(thread.tid, Int64(period))
    let instruction = architecture.flatMap { user?[UserRegisters.programCounter($0)] }
    tellOfNewMappings(of: thread.pid, for: instruction, time: time, handler: &handler)
    handler.sample(
      RawSample(
        time: time, pid: thread.pid, tid: thread.tid, period: period, architecture: architecture, registers: user,
        stack: buffer.bytes, motion: staysStopped ? .standingStill : .runningOn, kernelChain: Span()))
    if staysStopped { resume() }
  }

  mutating func mendCall(of tid: Int32, _ registers: RegisterSet) {
    switch InterruptedCall.mend(tid, registers) {
    case .none: break
    case .restarted: restartedCalls += 1
    case .lost: lostCalls += 1
    }
  }

  /// Whether a signal stops processes if no handler takes it: SIGCONT then ends some calls with EINTR, tracer or not.
  private static func stopsProcess(_ signal: Int32) -> Bool { [SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU].contains(signal) }

  func tellOfNewMappings(
    of pid: Int32, for address: UInt64?, time: UInt64, handler: inout some SamplingHandler & ~Copyable
  ) {
    guard let mappings else { return }
    for mapping in mappings.news(of: pid, for: address, time: time) {
      handler.event(.mapped(pid: pid, mapping, time: time))
    }
  }

  /// Which pages of a thread's process are there; nil where the kernel doesn't tell.
  func pages(of thread: TracedThread) -> PageMap? {
    mappings?.pages(of: thread.pid, tid: thread.tid) ?? PageMap(pid: thread.pid, tid: thread.tid)
  }

  /// A thread that stopped before its maker told of it must wait: handlers learn of a thread before its samples.
  private mutating func serveStranger(_ tid: Int32, _ stop: TraceStop, time: UInt64) {
    switch stop {
    case .exited, .killed: threads.unborn[tid] = nil
    default: threads.unborn[tid] = time
    }
  }

  private mutating func tellOfBirth(
    by parent: TracedThread, time: UInt64, handler: inout some SamplingHandler & ~Copyable
  ) {
    if let tid = Tracing.eventMessage(parent.tid) { addThread(tid, parent: parent, time: time, handler: &handler) }
    Tracing.resume(parent.tid)
  }

  private mutating func addThread(
    _ tid: Int32, parent: TracedThread?, time: UInt64, handler: inout some SamplingHandler & ~Copyable
  ) {
    let wasWaiting = threads.unborn.removeValue(forKey: tid) != nil
    let pid = (try? ProcessStatus(pid: tid))?.process ?? parent?.pid ?? tid
    threads.insert(tid: tid, pid: pid)
    if let parent {
      if pid != parent.pid { mappings?.fork(parent: parent.pid, child: pid) }
      handler.event(.forked(pid: pid, tid: tid, parentPID: parent.pid, parentTID: parent.tid, time: time))
    } else {
      describe(pid: pid, handler: &handler)
    }
    if wasWaiting { Tracing.resume(tid) }
  }

  /// Takes in threads whose maker never told of them, such as one killed meanwhile: they must not stay stopped.
  mutating func adoptUnborn(olderThan limit: UInt64, handler: inout some SamplingHandler & ~Copyable) {
    guard !threads.unborn.isEmpty else { return }
    for (tid, since) in threads.unborn where since <= limit {
      addThread(tid, parent: nil, time: MachineClock.monotonic, handler: &handler)
    }
  }

  private mutating func removeThread(_ tid: Int32, time: UInt64, handler: inout some SamplingHandler & ~Copyable) {
    guard let thread = threads.remove(tid) else { return }
    // The first thread may end before others.
    if !threads.has(process: thread.pid) { mappings?.forget(thread.pid) }
    handler.event(.exited(pid: thread.pid, tid: tid, time: time))
  }

  /// After an exec the process has one thread, which bears the process's number whatever it was before.
  private mutating func replaceProgram(
    of thread: TracedThread, time: UInt64, handler: inout some SamplingHandler & ~Copyable
  ) {
    for tid in threads.numbers where tid != thread.pid && threads[tid]?.pid == thread.pid {
      removeThread(tid, time: time, handler: &handler)
    }
    let name = ProcessStatus.threadName(pid: thread.pid, tid: thread.tid) ?? ""
    handler.event(.renamed(pid: thread.pid, tid: thread.tid, name: name, isExec: true, time: time))
    mappings?.forget(thread.pid)
    tellOfNewMappings(of: thread.pid, for: nil, time: time, handler: &handler)
    Tracing.resume(thread.tid)
  }

  /// Tells the handler, once, what ran when sampling began.
  mutating func describe(pid: Int32, handler: inout some SamplingHandler & ~Copyable) {
    let time = MachineClock.monotonic
    for tid in ProcessStatus.threads(of: pid) {
      guard let name = ProcessStatus.threadName(pid: pid, tid: tid) else { continue }
      handler.event(.renamed(pid: pid, tid: tid, name: name, isExec: false, time: time))
    }
    tellOfNewMappings(of: pid, for: nil, time: time, handler: &handler)
  }
}

extension UInt64 {
  fileprivate func subtractingClamped(_ other: UInt64) -> UInt64 { self > other ? self - other : 0 }
}
