import Processes
import ProfileModel
import RecordingFormat
import Sampling

/// What threads wait for: stacks of those that leave their processors, and how long each was what.
extension SampleRecorder {
  /// A thread leaves its processor.
  mutating func leave(_ sample: borrowing RawSample) {
    // A thread leaves for the last time behind its end; the idle task of each processor is nobody.
    guard sample.pid > 0, !processes.table.hasEnded(sample.tid),
      let reason = waits?.reasons.reason(of: sample.kernelChain)
    else { return }
    let stack = pushWait(sample, reason)
    waits?.account.leave(sample.tid, of: sample.pid, stack: stack, isRunnable: reason.isRunnable, at: sample.time)
  }

  mutating func waiting(_ sample: borrowing RawSample, for reason: WaitReason) {
    guard records(sample.tid, of: sample.pid) else { return }
    // What it did before, it did with another stack, where one is known.
    if waits?.account.knowsWait(of: sample.tid) == true { settleWaits(of: sample.tid, sample.pid) }
    let stack = pushWait(sample, reason)
    waits?.account.find(sample.tid, of: sample.pid, stack: stack, at: sample.time)
  }

  /// The stack of a thread that waits, with the reason at its end.
  private mutating func pushWait(_ sample: borrowing RawSample, _ reason: WaitReason) -> StackID? {
    var isRooted = true
    _ = pushStack(of: sample, isRooted: &isRooted)
    // A stack that is read later has none of the kernel's; where they are all that tells, they stay.
    if reason == .other { pushKernelFrames(sample.kernelChain) }
    stack.push(.waiting(reason), log: &log)
    let stack = stack.end()
    if !isRooted, let stack { waits?.cut.insert(stack) }
    if reason.isRunnable, let stack { waits?.ready.insert(stack) }
    if knownFrames < log.tables.frames.count { keepNewModules(of: sample.pid) }
    return stack
  }

  mutating func switched(_ change: ThreadSwitch) {
    if change.isIn {
      waits?.account.enter(change.tid, at: change.time)
    } else if change.isPreempted {
      waits?.account.preempt(change.tid)
    }
  }

  mutating func pace(_ switchesPerSample: UInt64) {
    settleWaits()
    waits?.account.setInterval(switchesPerSample)
  }

  mutating func follow(_ event: ProcessEvent) {
    guard waits != nil else { return accountThreads(event) }
    switch event {
    case .renamed(let pid, let tid, _, _, _):
      if !processes.table.isKernelThread(pid), records(tid, of: pid) { waits?.account.meet(tid, of: pid) }
    case .forked(let pid, let tid, _, _, let time):
      if records(tid, of: pid) { waits?.account.begin(tid, of: pid, at: time) }
    case .exited(let pid, let tid, let time):
      settleWaits(of: tid, pid, end: time)
      waits?.account.end(tid)
    case .mapped: break
    }
  }

  private mutating func accountThreads(_ event: ProcessEvent) {
    guard threadAccount != nil else { return }
    switch event {
    case .renamed(let pid, let tid, _, _, _): threadAccount?.meet(tid, of: pid)
    case .forked(let pid, let tid, _, _, let time): threadAccount?.begin(tid, of: pid, at: time)
    case .exited(let pid, let tid, let time): threadAccount?.end(tid, of: pid, at: time)
    case .mapped: break
    }
  }

  /// Settles threads that are sampled again and again, where not each switch is a sample.
  mutating func settleDueWaits() {
    for (tid, pid) in waits?.dueNumbers ?? [] { settleWaits(of: tid, pid) }
  }

  mutating func settleWaits() {
    for (tid, pid) in waits?.account.numbers ?? [] { settleWaits(of: tid, pid) }
  }

  private mutating func settleWaits(of tid: Int32, _ pid: Int32, end: UInt64? = nil) {
    guard let shares = waits?.account.settle(tid, end: end), !shares.isEmpty else { return }
    guard let values = waits?.values else { return }
    let thread = directory.thread(tid, of: pid, in: &processes.table, log: &log)
    for share in shares {
      let stack: StackID
      if let known = share.stack {
        // Ready to run at the end of a wait, or blocked where it seemed to be ready: another end of the same stack.
        let endsReady = waits?.ready.contains(known) ?? false
        stack =
          endsReady == share.isRunnable
          ? known : log.stack(like: known, endingIn: .waiting(share.isRunnable ? .runnable : .unknown))
      } else {
        // Before its first turn a thread has no stack.
        let marker: FrameMarker = share.isRunnable ? .waiting(.runnable) : .truncated(.other("wait not observed"))
        stack = log.stack(parent: nil, frame: log.frame(of: marker))
      }
      let isCut = share.stack.map { waits?.cut.contains($0) ?? true } ?? !share.isRunnable
      let time = share.time > startTime ? (share.time - startTime) / 1000 : 0
      log.add(
        time: time, thread: thread, stack: stack, value: share.isRunnable ? values.runnable : values.blocked,
        weight: share.nanoseconds)
      if !isCut { rooted += 1 }
    }
  }
}
