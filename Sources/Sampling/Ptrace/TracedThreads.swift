import Glibc
import Processes

/// A thread that is traced, and the CPU time that it owes samples for.
struct TracedThread {
  let tid: Int32
  let pid: Int32
  /// Nanoseconds of CPU time since the last sample, less the period for each sample taken.
  var credit: Int64 = 0
  /// When it was asked to stop; nil when it wasn't.
  var interruptedAt: UInt64?
  /// `schedstat` in its `/proc` folder, kept open; -1 when it could not be opened.
  fileprivate let schedstat: Int32
  fileprivate var times = ScheduleTimes()
  fileprivate var idleSweeps: UInt8 = 0
  fileprivate var sweepsToSkip: UInt8 = 0
  /// Where it was blocked when it was last looked at, and how often it had been put on a CPU by then.
  fileprivate var place: (turns: UInt64, stackPointer: UInt64, programCounter: UInt64)?
}

/// The traced threads; the end of the tracing thread lets them go.
struct TracedThreads: ~Copyable {
  private var threads: [TracedThread] = []
  private var positions: [Int32: Int] = [:]

  /// New threads that stopped before their maker told of them, and when.
  var unborn: [Int32: UInt64] = [:]

  deinit {
    for thread in threads where thread.schedstat >= 0 { close(thread.schedstat) }
  }

  var count: Int { threads.count }
  var isEmpty: Bool { threads.isEmpty && unborn.isEmpty }

  /// Whether a process has any thread left.
  func has(process pid: Int32) -> Bool { threads.contains { $0.pid == pid } }

  /// Whether a thread has not ended, as far as its open file tells.
  func isAlive(_ tid: Int32) -> Bool {
    guard let position = positions[tid] else { return false }
    return threads[position].schedstat < 0 || ScheduleTimes(threads[position].schedstat) != nil
  }

  /// Their numbers, in no order.
  var numbers: [Int32] { threads.map(\.tid) }

  /// Whether a thread was asked to stop and hasn't yet.
  var isAnyAsked: Bool { threads.contains { $0.interruptedAt != nil } }

  /// The thread at a position below `count`.
  subscript(position position: Int) -> TracedThread { threads[position] }

  /// The thread with this number.
  subscript(tid: Int32) -> TracedThread? { positions[tid].map { threads[$0] } }

  /// Adds a thread unless it's there.
  mutating func insert(tid: Int32, pid: Int32) {
    guard positions[tid] == nil else { return }
    // SAFETY: the path is terminated by the bridge.
    let schedstat = unsafe open("/proc/\(pid)/task/\(tid)/schedstat", O_RDONLY | O_CLOEXEC)
    positions[tid] = threads.count
    threads.append(TracedThread(tid: tid, pid: pid, schedstat: schedstat))
    // What it ran before counts for nothing.
    if let times = ScheduleTimes(schedstat) { threads[threads.count - 1].times = times }
  }

  /// Removes a thread, and returns what it was.
  @discardableResult
  mutating func remove(_ tid: Int32) -> TracedThread? {
    guard let position = positions.removeValue(forKey: tid) else { return nil }
    let removed = threads[position]
    if removed.schedstat >= 0 { close(removed.schedstat) }
    let last = threads.removeLast()
    if last.tid != tid {
      threads[position] = last
      positions[last.tid] = position
    }
    return removed
  }

  /// Notes that a thread stopped, whatever for.
  mutating func clearInterrupt(_ tid: Int32) {
    if let position = positions[tid] { threads[position].interruptedAt = nil }
  }

  /// Nanoseconds that a stopped thread waited for a CPU since the last sweep: held up by the machine, not by us.
  func waited(_ tid: Int32) -> UInt64 {
    guard let position = positions[tid], let times = ScheduleTimes(threads[position].schedstat) else { return 0 }
    return times.waited &- threads[position].times.waited
  }

  /// Charges a thread for a sample.
  mutating func charge(_ tid: Int32, _ period: Int64) {
    if let position = positions[tid] { threads[position].credit -= period }
  }

  /// Brings the threads' CPU time up to date, and calls `interrupt` for those that owe at least half a sample; it says
  /// whether it asked the thread to stop.
  ///
  /// Threads that have not run for some sweeps are looked at less often, at least every 16th time; CPU time is never
  /// forgotten by that. But a thread can't owe more than 20 ms: what it ran unseen between two sleeps would otherwise
  /// all be charged to the place where it's found.
  mutating func sweep(period: Int64, _ interrupt: (TracedThread) -> Bool) {
    let most = max(2 * period, 20_000_000)
    for position in threads.indices {
      if threads[position].interruptedAt != nil { continue }
      if threads[position].sweepsToSkip > 0 {
        threads[position].sweepsToSkip -= 1
        continue
      }
      guard let times = ScheduleTimes(threads[position].schedstat) else {
        // Without its CPU time, whether it's running must do.
        threads[position].credit = period
        ask(position, interrupt)
        continue
      }
      let ran = times.ran &- threads[position].times.ran
      threads[position].times = times
      if ran == 0 {
        if threads[position].idleSweeps < 20 { threads[position].idleSweeps += 1 }
        threads[position].sweepsToSkip = min(15, threads[position].idleSweeps / 4 * 3)
      } else {
        threads[position].idleSweeps = 0
        threads[position].credit = min(most, threads[position].credit + Int64(clamping: ran))
      }
      if threads[position].credit * 2 >= period { ask(position, interrupt) }
    }
  }

  /// Where the thread at a position is, and how often it had been put on a CPU before that was asked; nil when it can't
  /// be told. The answer holds as long as `turns` stays as it is.
  mutating func place(of position: Int) -> (turns: UInt64, place: ThreadPlace)? {
    guard let times = ScheduleTimes(threads[position].schedstat) else { return nil }
    if let known = threads[position].place, known.turns == times.turns {
      return (known.turns, .blocked(stackPointer: known.stackPointer, programCounter: known.programCounter))
    }
    guard let place = ThreadPlace(pid: threads[position].pid, tid: threads[position].tid) else { return nil }
    // Without turns nothing would tell that a thread has run.
    if case .blocked(let pointer, let counter) = place {
      guard times.turns > 0 else { return nil }
      threads[position].place = (times.turns, pointer, counter)
    }
    return (times.turns, place)
  }

  /// Whether the thread at a position has not run since it had been put on a CPU so often.
  mutating func hasStood(_ position: Int, since turns: UInt64) -> Bool {
    if ScheduleTimes(threads[position].schedstat)?.turns == turns { return true }
    threads[position].place = nil
    return false
  }

  /// Asks the thread at a position to stop if it runs.
  mutating func ask(_ position: Int, _ interrupt: (TracedThread) -> Bool) {
    let time = MachineClock.monotonic
    if interrupt(threads[position]) { threads[position].interruptedAt = time }
  }
}
