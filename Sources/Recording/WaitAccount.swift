import Processes
import ProfileModel
import Sampling

/// What threads of a recording wait for, and for how long: times are the kernel's account of each thread, stacks those of
/// the switches in between.
///
///     thread    ── on CPU ──┐ off: stack A ┌── on CPU ──┐ off: stack B ┌─ runnable ─┬── on CPU ──
///     switches              out            in           out                         in
///     account   ├─────────────── ran, waited for a CPU; the rest it was blocked ────────────────┤
///
/// Every span is settled up to a moment: its blocked time is divided among the stacks in proportion to how long the
/// thread was off its CPU with each, its waiting for a CPU among preemptions first, and then equally among the wake-ups.
/// So sums are the kernel's, and switches only say where. Where not each switch is sampled, the sampled ones of a short
/// span share it equally; a thread that was never put on a CPU in a span gives all of it to the stack that it has.
struct WaitAccount {
  /// Time of a thread with one stack.
  struct Share: Hashable {
    /// Nil where nothing tells what it waited for.
    var stack: StackID?
    /// The same with whoever ended it; nil where that isn't known.
    var woken: StackID?
    /// Whether the wait went on when it was accounted for.
    var isOpen = false
    /// Whether it was ready to run.
    var isRunnable: Bool
    var nanoseconds: UInt64
    /// When it began, CLOCK_MONOTONIC.
    var time: UInt64
  }

  /// What is known of all threads together, in nanoseconds.
  struct Totals: Hashable {
    var threads: UInt64 = 0
    var wall: UInt64 = 0
    var ran: UInt64 = 0
    var runnable: UInt64 = 0
    var blocked: UInt64 = 0
  }

  private struct Part {
    var stack: StackID?
    var isRunnable: Bool
    var nanoseconds: UInt64
    var time: UInt64
    var woken: StackID?
    var isOpen = false
  }

  private struct Thread {
    let pid: Int32
    /// Up to when all is accounted for.
    var settled: UInt64
    /// As of then.
    var times: ThreadTimes?
    /// Since when it is off its CPU; nil where it's on one, as far as is known.
    var offSince: UInt64?
    /// With which stack it left, last.
    var stack: StackID?
    var isRunnable = false
    /// The last stack with which it waited for something else than a CPU.
    var lastWait: StackID?
    /// When it left with `stack`; 0 where it was found with it, and then when that was.
    var left: UInt64 = 0
    var found: UInt64 = 0
    /// `stack` with whoever woke it; nil where nobody did yet, or it isn't known.
    var woken: StackID?
    var parts: [Part] = []

    /// Whether it has `stack` for all that is known, and could be told yet who wakes it.
    var isAwaited: Bool { offSince != nil && stack != nil && !isRunnable && woken == nil }
  }

  private var threads: [Int32: Thread] = [:]
  /// Switches for each sample; 1 where each is recorded.
  private(set) var interval: UInt64 = 1
  /// The most that it was.
  private(set) var largestInterval: UInt64 = 1
  private(set) var totals = Totals()
  /// Whether what a thread waits for is accounted for only once it's known who woke it.
  var holdsOpenWaits = false
  /// The kernel's account of a thread, or what a test makes up.
  private let read: (Int32, Int32) -> ThreadTimes?
  private let clock: () -> UInt64

  /// Stacks of one span beyond which equal ones are joined.
  private static let mostParts = 64

  init(
    read: @escaping (Int32, Int32) -> ThreadTimes? = { ThreadTimes(pid: $0, tid: $1) },
    clock: @escaping () -> UInt64 = { MachineClock.monotonic }
  ) {
    self.read = read
    self.clock = clock
  }

  /// The threads that are watched, by number.
  var numbers: [(tid: Int32, pid: Int32)] {
    threads.map { ($0.key, $0.value.pid) }.sorted { $0.tid < $1.tid }
  }

  /// The threads that were sampled since they were settled, where not each switch is.
  var dueNumbers: [(tid: Int32, pid: Int32)] {
    guard interval > 1 else { return [] }
    return threads.filter { !$0.value.parts.isEmpty }.map { ($0.key, $0.value.pid) }.sorted { $0.tid < $1.tid }
  }

  // MARK: What is told of threads

  /// A thread is there; nothing where it's known.
  mutating func meet(_ tid: Int32, of pid: Int32) {
    guard threads[tid]?.pid != pid else { return }
    // Before its times: what it runs in between counts for nothing.
    let now = clock()
    threads[tid] = Thread(pid: pid, settled: now, times: read(pid, tid))
    totals.threads += 1
  }

  /// A thread was born, and waits for its first turn.
  mutating func begin(_ tid: Int32, of pid: Int32, at time: UInt64) {
    threads[tid] = Thread(pid: pid, settled: time, times: ThreadTimes(), offSince: time, isRunnable: true)
    totals.threads += 1
  }

  /// A thread left its CPU, or was found off it, with this stack.
  mutating func leave(_ tid: Int32, of pid: Int32, stack: StackID?, isRunnable: Bool, at time: UInt64) {
    meet(tid, of: pid)
    guard var thread = threads.removeValue(forKey: tid) else { return }
    if interval > 1 {
      thread.parts.append(Part(stack: stack, isRunnable: isRunnable, nanoseconds: 0, time: time))
    }
    (thread.offSince, thread.stack, thread.isRunnable) = (time, stack, isRunnable)
    (thread.left, thread.woken) = (time, nil)
    if !isRunnable { thread.lastWait = stack }
    threads[tid] = thread
  }

  /// A thread was found waiting, for how long is not known; what is not settled must be so before.
  mutating func find(_ tid: Int32, of pid: Int32, stack: StackID?, at time: UInt64) {
    meet(tid, of: pid)
    threads[tid]?.stack = stack
    threads[tid]?.lastWait = stack
    threads[tid]?.isRunnable = false
    threads[tid]?.left = 0
    threads[tid]?.found = time
    threads[tid]?.woken = nil
    if let thread = threads[tid], thread.offSince == nil { threads[tid]?.offSince = thread.settled }
  }

  /// A thread was taken off its CPU although it could have gone on, whatever its stack looked like.
  mutating func preempt(_ tid: Int32) { threads[tid]?.isRunnable = true }

  /// A thread goes on.
  mutating func enter(_ tid: Int32, at time: UInt64) {
    guard var thread = threads.removeValue(forKey: tid) else { return }
    if let since = thread.offSince {
      let begin = max(since, thread.settled)
      if interval == 1, time > begin {
        thread.parts.append(
          Part(
            stack: thread.stack, isRunnable: thread.isRunnable, nanoseconds: time - begin, time: begin,
            woken: thread.woken))
      }
      thread.offSince = nil
    }
    threads[tid] = thread
  }

  /// How far a thread's sample may be stamped from when it was noted that it leaves its CPU: before, as Linux 6.18 does, or
  /// after, as it was once.
  private static let tolerance: UInt64 = 1_000_000

  /// The stack with which a thread waits since then, if nobody has woken it, of one that was woken at `now`; see
  /// `WokenThread.leftAt`.
  func awaitedStack(of tid: Int32, leftAt time: UInt64, wokenAt now: UInt64) -> StackID? {
    guard let thread = threads[tid], thread.isAwaited else { return nil }
    // It may have been found in a later wait than that, before the record of the waking was read.
    let isSame =
      time == 0
      ? thread.left == 0 && now >= thread.found
      : max(thread.left, time) - min(thread.left, time) < Self.tolerance
    return isSame ? thread.stack : nil
  }

  /// A thread that waits was woken: its stack with whoever did that.
  mutating func wake(_ tid: Int32, as stack: StackID) {
    guard var thread = threads.removeValue(forKey: tid) else { return }
    thread.woken = stack
    if interval > 1, let last = thread.parts.indices.last, thread.parts[last].time == thread.left {
      thread.parts[last].woken = stack
    }
    threads[tid] = thread
  }

  /// The pace of sampling changes; all must be settled before.
  mutating func setInterval(_ interval: UInt64) {
    self.interval = interval
    largestInterval = max(largestInterval, interval)
    for tid in threads.keys { threads[tid]?.parts.removeAll(keepingCapacity: true) }
    // Who is off now is not known of those whose returns were not recorded: their next switch tells, or their waking.
    for (tid, thread) in threads where !holdsOpenWaits || !thread.isAwaited { threads[tid]?.offSince = nil }
  }

  /// Forgets all stacks; what is not settled must be so before. What threads wait for now is not known then.
  mutating func forgetStacks() {
    for tid in threads.keys {
      threads[tid]?.stack = nil
      threads[tid]?.lastWait = nil
      threads[tid]?.woken = nil
      threads[tid]?.parts.removeAll(keepingCapacity: true)
    }
  }

  /// A thread has ended; nothing is kept of it. What is not settled must be so before.
  mutating func end(_ tid: Int32) { threads[tid] = nil }

  /// Whether it is known what a thread waited for, last.
  func knowsWait(of tid: Int32) -> Bool { threads[tid]?.stack != nil }

  // MARK: Settling

  /// Divides all of a thread's time up to now among its stacks; up to `end`, by switches alone, for one that has ended.
  ///
  /// With `holdsOpenWaits`, unless told otherwise here, it's all up to where the wait begins that it has not been woken from.
  mutating func settle(_ tid: Int32, end: UInt64? = nil, holdsOpen: Bool = true) -> [Share] {
    guard var thread = threads.removeValue(forKey: tid) else { return [] }
    defer { threads[tid] = thread }
    var now = end ?? clock()
    guard now > thread.settled else { return [] }
    let isHeld = holdsOpenWaits && holdsOpen && end == nil && thread.isAwaited
    var held: Part?
    if isHeld, interval == 1, let since = thread.offSince {
      now = max(thread.settled, since)
      guard now > thread.settled else { return [] }
    }
    if isHeld, interval > 1 {
      if let last = thread.parts.last, last.time == thread.left { held = thread.parts.removeLast() }
      // All that there is to account for is the wait that goes on.
      if thread.parts.isEmpty, held != nil || read(thread.pid, tid)?.turns == thread.times?.turns {
        if let held { thread.parts.append(held) }
        return []
      }
    }
    let wall = now - thread.settled
    var times = end == nil ? read(thread.pid, tid) : nil
    // Gone, and its end not yet told of.
    if end == nil, times == nil, thread.times != nil { return [] }
    // The kernel counts what a thread waits for a CPU when that is over.
    if interval == 1, thread.isRunnable, let since = thread.offSince { times?.waited &+= now - min(now, since) }
    var parts = thread.parts
    thread.parts.removeAll(keepingCapacity: true)
    if let held { thread.parts.append(held) }
    let hasTurned = times.flatMap { times in thread.times.map { times.turns != $0.turns } } ?? true
    if interval == 1 {
      if let since = thread.offSince, now > max(since, thread.settled) {
        let begin = max(since, thread.settled)
        parts.append(
          Part(
            stack: thread.stack, isRunnable: thread.isRunnable, nanoseconds: now - begin, time: begin,
            woken: thread.woken, isOpen: thread.woken == nil))
      }
    }
    let off = parts.reduce(0) { $0 &+ $1.nanoseconds }
    var ran = wall - min(wall, off)
    let waited: UInt64
    if let times, let before = thread.times {
      ran = min(wall, times.ran &- min(times.ran, before.ran))
      waited = min(wall - ran, times.waited &- min(times.waited, before.waited))
    } else {
      waited = parts.reduce(0) { $0 &+ ($1.isRunnable ? $1.nanoseconds : 0) }
    }
    if interval > 1 {
      // A thread that has not run all the time has the stack that it was found with.
      if !hasTurned || parts.isEmpty {
        parts = [
          Part(
            stack: thread.stack, isRunnable: false, nanoseconds: 0, time: thread.settled, woken: thread.woken,
            isOpen: thread.woken == nil && !hasTurned)
        ]
      }
      let each = (wall - ran) / UInt64(parts.count)
      for index in parts.indices { parts[index].nanoseconds = max(1, each) }
    }
    let blocked = wall - ran - waited
    var shares = Self.divide(
      parts, blocked: blocked, waited: waited, fallback: thread.lastWait ?? thread.stack, time: thread.settled)
    // It has waited all the time, if not for anything that could be read.
    if !hasTurned { for index in shares.indices where shares[index].stack == nil { shares[index].isOpen = true } }
    totals.wall &+= wall
    totals.ran &+= ran
    totals.runnable &+= waited
    totals.blocked &+= blocked
    thread.settled = now
    if var times {
      // It may have gone on since: what it ran then belongs to the next span.
      if isHeld, interval == 1, let before = thread.times {
        (times.ran, times.waited) = (before.ran &+ ran, before.waited &+ waited)
      }
      thread.times = times
    }
    return shares
  }

  /// Divides so much blocked and waited time among parts.
  private static func divide(
    _ all: [Part], blocked: UInt64, waited: UInt64, fallback: StackID?, time: UInt64
  ) -> [Share] {
    let parts = all.count > mostParts ? joined(all) : all
    let preempted = parts.reduce(0.0) { $0 + ($1.isRunnable ? Double($1.nanoseconds) : 0) }
    // What was waited for a CPU beyond preemptions came after waking up, about as long each time.
    let forPreempted = min(Double(waited), preempted)
    let afterWaits = Double(waited) - forPreempted
    let wakeUps = all.reduce(0) { $0 + ($1.isRunnable ? 0 : 1) }
    let latency = wakeUps > 0 ? afterWaits / Double(wakeUps) : 0
    var counts: [PartKey: Int] = [:]
    if all.count > mostParts { for part in all where !part.isRunnable { counts[PartKey(part), default: 0] += 1 } }
    func delay(_ part: Part) -> Double {
      min(Double(part.nanoseconds), latency * Double(all.count > mostParts ? counts[PartKey(part)] ?? 1 : 1))
    }
    let waits = parts.filter { !$0.isRunnable }
    var blockedSum = waits.reduce(0.0) { $0 + Double($1.nanoseconds) - delay($1) }
    let isAllDelay = blockedSum <= 0
    if isAllDelay { blockedSum = waits.reduce(0.0) { $0 + Double($1.nanoseconds) } }
    let delaySum = waits.reduce(0.0) { $0 + delay($1) }
    var shares: [Share] = []
    func add(_ part: Part, _ amount: Double, _ carry: inout Double, isRunnable: Bool) {
      let exact = amount + carry
      guard exact >= 1 else { return carry = exact }
      let whole = exact.rounded(.down)
      carry = exact - whole
      shares.append(
        Share(
          stack: part.stack, woken: part.woken, isOpen: part.isOpen, isRunnable: isRunnable,
          nanoseconds: UInt64(whole), time: part.time))
    }
    // What rounding leaves goes to the next share, so that sums are exact to a nanosecond.
    var (carriedBlocked, carriedRunnable) = (0.000_1, 0.000_1)
    for part in parts {
      if part.isRunnable {
        if preempted > 0 {
          add(part, Double(part.nanoseconds) * forPreempted / preempted, &carriedRunnable, isRunnable: true)
        }
        continue
      }
      if blockedSum > 0 {
        let own = Double(part.nanoseconds) - (isAllDelay ? 0 : delay(part))
        add(part, own * Double(blocked) / blockedSum, &carriedBlocked, isRunnable: false)
      }
      if delaySum > 0 { add(part, delay(part) * afterWaits / delaySum, &carriedRunnable, isRunnable: true) }
    }
    if blockedSum <= 0, blocked > 0 {
      shares.append(
        Share(stack: fallback, isRunnable: false, nanoseconds: blocked, time: time))
    }
    if preempted <= 0, delaySum <= 0, waited > 0 {
      shares.append(
        Share(stack: fallback, isRunnable: true, nanoseconds: waited, time: time))
    } else if delaySum <= 0, afterWaits >= 1, preempted > 0 {
      // Longer than its preemptions: records of some are missing.
      shares.append(
        Share(
          stack: fallback, isRunnable: true, nanoseconds: UInt64(afterWaits), time: time))
    }
    return shares
  }

  private struct PartKey: Hashable {
    var stack: StackID?
    var woken: StackID?
    var isRunnable: Bool
    var isOpen: Bool

    init(_ part: Part) {
      (stack, woken, isRunnable, isOpen) = (part.stack, part.woken, part.isRunnable, part.isOpen)
    }
  }

  /// Parts with one stack and one waker as one.
  private static func joined(_ parts: [Part]) -> [Part] {
    var positions: [PartKey: Int] = [:]
    var result: [Part] = []
    for part in parts {
      let key = PartKey(part)
      if let position = positions[key] {
        result[position].nanoseconds &+= part.nanoseconds
      } else {
        positions[key] = result.count
        result.append(part)
      }
    }
    return result
  }
}
