import Processes
import ProfileModel
import RecordingFormat
import Sampling

/// Who woke threads that waited: the waker's stack, on that of the wait.
///
///     thread_main ─► wait_for_lock ─► pthread_mutex_lock ─► [waits: futex]                                     the wait
///     ─► [woken by holder] ─► holder_main ─► holder_work ─► pthread_mutex_unlock ─► [woken by holder]          its end
///
/// Each function stands on its caller, so that no table of callers tells what is not so, and the leaf says who it was: no
/// time that is spent waiting is the waker's function's own.
extension SampleRecorder {
  mutating func woken(_ thread: WokenThread, by sample: borrowing RawSample, isTold: Bool) {
    guard waits?.wakers != nil, records(thread.tid, of: thread.pid),
      let wait = waits?.account.awaitedStack(of: thread.tid, leftAt: thread.leftAt, wokenAt: sample.time)
    else { return }
    let waker: Waker
    var stack: StackID?
    switch waits?.reasons.wake(by: sample.kernelChain) {
    case .unknown, nil: return
    case .interrupt(let interrupt): waker = .interrupt(interrupt)
    case .thread:
      waker = self.waker(sample, of: thread, isTold: isTold)
      if case .kernelThread = waker {
        self.stack.begin()
        pushKernelFrames(sample.kernelChain)
        stack = self.stack.end()
      } else if isTold {
        // What is counted is of threads that are recorded.
        let counted = asyncStacks
        var isRooted = true
        _ = pushStack(of: sample, isRooted: &isRooted)
        asyncStacks = counted
        stack = self.stack.end()
      }
    }
    if knownFrames < log.tables.frames.count { keepNewModules(of: sample.pid) }
    let marker = log.frame(of: .woken(waker))
    let join = WakerRecorder.Join(wait: wait, marker: marker, waker: stack)
    let joined: StackID
    if let known = waits?.wakers?.joined(join) {
      joined = known
    } else {
      joined = log.stack(stack, on: wait, between: marker)
      waits?.wakers?.keep(joined, for: join, of: waker)
    }
    waits?.account.wake(thread.tid, as: joined)
  }

  /// What a thread is called that woke another one.
  private mutating func waker(_ sample: borrowing RawSample, of thread: WokenThread, isTold: Bool) -> Waker {
    let (pid, tid, time) = (sample.pid, sample.tid, sample.time)
    if isTold, !processes.table.isKernelThread(pid) {
      let name = processes.table.name(ofThread: tid, in: pid)
      return .thread(name: name, process: pid == thread.pid ? nil : pid)
    }
    let source = source
    let name = waits?.wakers?.name(of: tid, time: time) { source.name(ofThread: tid, of: pid) } ?? "thread \(tid)"
    // No thread of a program is without registers, but for one that is on its way out.
    guard sample.registers == nil, isTold || source.stat(of: pid)?.isKernelThread == true else {
      return .thread(name: name, process: pid)
    }
    // One for each processor, or for whatever there is to do: they are the same to whoever waits.
    return .kernelThread(name: String(name.prefix { $0 != "/" }))
  }
}

extension RecordingLog {
  /// The frames of one stack on another one, between two frames of a marker.
  fileprivate mutating func stack(_ top: StackID?, on base: StackID, between marker: UInt32) -> StackID {
    guard let top else { return stack(parent: base, frame: marker) }
    var path = tables.stacks.path(to: top)
    // What runs a task is no caller of it, and what would be taken for the beginning of all stands in the middle here.
    if let beginning = path.lastIndex(where: { self.marker(of: $0)?.kind.beginsTask == true }) {
      var cut: [UInt32] = []
      if case .asyncGap(let gap)? = self.marker(of: path[beginning]) { cut = [frame(of: .cutWaker(gap.description))] }
      path = cut + path[(beginning + 1)...]
    }
    if let first = path.first, case .truncated(let reason)? = self.marker(of: first) {
      path[0] = frame(of: .cutWaker(reason.description))
    }
    var stack = base
    for frame in [marker] + path + [marker] { stack = self.stack(parent: stack, frame: frame) }
    return stack
  }

  private func marker(of frame: UInt32) -> FrameMarker? {
    let row = Int(frame)
    return tables.frames.modules[row] == 0 ? tables.markers[Int(tables.frames.addresses[row])] : nil
  }
}

extension FrameMarker {
  /// The frames missing below those of a waker.
  fileprivate static func cutWaker(_ reason: String) -> FrameMarker {
    .other("[waker without its callers: \(reason)]")
  }
}
