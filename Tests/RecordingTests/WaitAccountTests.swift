import Processes
import ProfileModel
import Testing

@testable import Recording

/// Times of threads in a made-up machine.
private final class MadeUpThreads: @unchecked Sendable {
  // SAFETY: used by one test on one thread.
  var now: UInt64 = 1_000_000_000
  var times: [Int32: ThreadTimes] = [:]

  func account() -> WaitAccount {
    WaitAccount(read: { [self] _, tid in times[tid] }, clock: { [self] in now })
  }
}

@Suite struct WaitAccountTests {
  private static let (lock, sleep) = (StackID(rawValue: 1), StackID(rawValue: 2))
  private static let millisecond: UInt64 = 1_000_000

  private static func sum(_ shares: [WaitAccount.Share], _ stack: StackID?, runnable: Bool = false) -> UInt64 {
    shares.filter { $0.stack == stack && $0.isRunnable == runnable }.reduce(0) { $0 + $1.nanoseconds }
  }

  @Test("Blocked time is the kernel's, divided as switches say")
  func divides() {
    let machine = MadeUpThreads()
    var account = machine.account()
    machine.times[7] = ThreadTimes(ran: 50, waited: 5, turns: 1)
    account.meet(7, of: 7)
    let start = machine.now
    account.leave(7, of: 7, stack: Self.lock, isRunnable: false, at: start + 10 * Self.millisecond)
    account.enter(7, at: start + 40 * Self.millisecond)
    account.leave(7, of: 7, stack: Self.sleep, isRunnable: false, at: start + 50 * Self.millisecond)
    account.enter(7, at: start + 110 * Self.millisecond)
    machine.now = start + 120 * Self.millisecond
    machine.times[7] = ThreadTimes(ran: 50 + 30 * Self.millisecond, waited: 5, turns: 3)
    let shares = account.settle(7)
    #expect(Self.sum(shares, Self.lock).distance(to: 30 * Self.millisecond).magnitude <= 1)
    #expect(Self.sum(shares, Self.sleep).distance(to: 60 * Self.millisecond).magnitude <= 1)
    #expect(account.totals.wall == account.totals.ran + account.totals.runnable + account.totals.blocked)
    #expect(account.totals.ran == 30 * Self.millisecond)
  }

  @Test("A wait that goes on is cut at each settling, and nothing counts twice")
  func goesOn() {
    let machine = MadeUpThreads()
    var account = machine.account()
    machine.times[7] = ThreadTimes(turns: 1)
    account.meet(7, of: 7)
    account.leave(7, of: 7, stack: Self.sleep, isRunnable: false, at: machine.now)
    var total: UInt64 = 0
    for _ in 0..<5 {
      machine.now += 2_000 * Self.millisecond
      total += Self.sum(account.settle(7), Self.sleep)
    }
    #expect(total == 10_000 * Self.millisecond)
    #expect(account.settle(7).isEmpty)
  }

  @Test("Waiting for a CPU goes to preemptions first, then to what came before waking up")
  func runnable() {
    let machine = MadeUpThreads()
    var account = machine.account()
    machine.times[7] = ThreadTimes(turns: 1)
    account.meet(7, of: 7)
    let start = machine.now
    account.leave(7, of: 7, stack: Self.lock, isRunnable: true, at: start)
    account.enter(7, at: start + 4 * Self.millisecond)
    account.leave(7, of: 7, stack: Self.sleep, isRunnable: false, at: start + 5 * Self.millisecond)
    account.enter(7, at: start + 15 * Self.millisecond)
    machine.now = start + 16 * Self.millisecond
    // 4 ms preempted and 3 ms after the sleep, of which 7 are left.
    machine.times[7] = ThreadTimes(ran: 2 * Self.millisecond, waited: 7 * Self.millisecond, turns: 3)
    let shares = account.settle(7)
    #expect(Self.sum(shares, Self.lock, runnable: true).distance(to: 4 * Self.millisecond).magnitude <= 1)
    #expect(Self.sum(shares, Self.sleep, runnable: true).distance(to: 3 * Self.millisecond).magnitude <= 1)
    #expect(Self.sum(shares, Self.sleep).distance(to: 7 * Self.millisecond).magnitude <= 1)
  }

  @Test("Where some switches are sampled these share a busy span, and a quiet one is the found stack's")
  func sampled() {
    let machine = MadeUpThreads()
    var account = machine.account()
    machine.times[7] = ThreadTimes(turns: 1)
    account.meet(7, of: 7)
    account.setInterval(64)
    for index in 0..<4 {
      account.leave(
        7, of: 7, stack: index == 0 ? Self.sleep : Self.lock, isRunnable: false, at: machine.now + UInt64(index))
    }
    machine.now += 20 * Self.millisecond
    machine.times[7] = ThreadTimes(ran: 12 * Self.millisecond, turns: 300)
    #expect(account.dueNumbers.map(\.tid) == [7])
    let busy = account.settle(7)
    #expect(Self.sum(busy, Self.lock) == 6 * Self.millisecond)
    #expect(Self.sum(busy, Self.sleep) == 2 * Self.millisecond)
    account.find(7, of: 7, stack: Self.sleep, at: machine.now)
    machine.now += 980 * Self.millisecond
    let quiet = account.settle(7)
    #expect(Self.sum(quiet, Self.sleep) == 980 * Self.millisecond)
    #expect(account.largestInterval == 64)
  }

  @Test("A thread that was born and has ended between two looks is known by its switches")
  func brief() {
    let machine = MadeUpThreads()
    var account = machine.account()
    let start = machine.now
    account.begin(9, of: 7, at: start)
    account.enter(9, at: start + Self.millisecond)
    account.leave(9, of: 7, stack: Self.sleep, isRunnable: false, at: start + 2 * Self.millisecond)
    account.enter(9, at: start + 7 * Self.millisecond)
    let shares = account.settle(9, end: start + 8 * Self.millisecond)
    #expect(Self.sum(shares, Self.sleep).distance(to: 5 * Self.millisecond).magnitude <= 1)
    #expect(Self.sum(shares, nil, runnable: true).distance(to: Self.millisecond).magnitude <= 1)
    account.end(9)
    #expect(account.numbers.isEmpty)
    #expect(account.totals.ran == 2 * Self.millisecond)
  }

  @Test("A wait is accounted for once it's known who ended it, and only that wait")
  func woken() {
    let machine = MadeUpThreads()
    var account = machine.account()
    account.holdsOpenWaits = true
    let end = StackID(rawValue: 3)
    machine.times[7] = ThreadTimes(turns: 1)
    account.meet(7, of: 7)
    let start = machine.now
    account.leave(7, of: 7, stack: Self.lock, isRunnable: false, at: start + 10 * Self.millisecond)
    machine.now = start + 2_000 * Self.millisecond
    machine.times[7] = ThreadTimes(ran: 10 * Self.millisecond, turns: 1)
    // Before the wait there was nothing but running.
    #expect(account.settle(7).isEmpty)
    machine.now = start + 4_000 * Self.millisecond
    #expect(account.settle(7).isEmpty)
    // Another wait than this, and this one.
    #expect(account.awaitedStack(of: 7, leftAt: start + 20 * Self.millisecond, wokenAt: machine.now) == nil)
    #expect(account.awaitedStack(of: 7, leftAt: 0, wokenAt: machine.now) == nil)
    #expect(account.awaitedStack(of: 7, leftAt: start + 10 * Self.millisecond + 500, wokenAt: machine.now) == Self.lock)
    account.wake(7, as: end)
    #expect(account.awaitedStack(of: 7, leftAt: start + 10 * Self.millisecond, wokenAt: machine.now) == nil)
    account.enter(7, at: start + 5_010 * Self.millisecond)
    account.leave(7, of: 7, stack: Self.sleep, isRunnable: false, at: start + 5_020 * Self.millisecond)
    machine.now = start + 6_000 * Self.millisecond
    machine.times[7] = ThreadTimes(ran: 20 * Self.millisecond, turns: 2)
    let shares = account.settle(7)
    #expect(shares.map(\.woken) == [end])
    #expect(Self.sum(shares, Self.lock).distance(to: 5_000 * Self.millisecond).magnitude <= 1)
    account.holdsOpenWaits = false
    let rest = account.settle(7)
    #expect(rest.map(\.isOpen) == [true] && rest.map(\.woken) == [nil])
    #expect(Self.sum(rest, Self.sleep).distance(to: 980 * Self.millisecond).magnitude <= 1)
    #expect(account.totals.wall == account.totals.ran + account.totals.runnable + account.totals.blocked)
    #expect(account.totals.wall == 6_000 * Self.millisecond && account.totals.ran == 20 * Self.millisecond)
  }

  @Test("What a thread ran after a wait that is held back counts once")
  func heldAcrossRunning() {
    let machine = MadeUpThreads()
    var account = machine.account()
    account.holdsOpenWaits = true
    machine.times[7] = ThreadTimes(turns: 1)
    account.meet(7, of: 7)
    let start = machine.now
    account.leave(7, of: 7, stack: Self.lock, isRunnable: false, at: start + Self.millisecond)
    machine.now = start + 30 * Self.millisecond
    // It has gone on, which no record told yet.
    machine.times[7] = ThreadTimes(ran: 21 * Self.millisecond, turns: 2)
    var shares = account.settle(7)
    account.enter(7, at: start + 10 * Self.millisecond)
    account.holdsOpenWaits = false
    shares += account.settle(7)
    #expect(Self.sum(shares, Self.lock).distance(to: 9 * Self.millisecond).magnitude <= 1)
    #expect(account.totals.ran == 21 * Self.millisecond && account.totals.wall == 30 * Self.millisecond)
  }

  @Test("The end of an earlier wait is none of the one in which a thread is found later")
  func foundLater() {
    let machine = MadeUpThreads()
    var account = machine.account()
    account.holdsOpenWaits = true
    machine.times[7] = ThreadTimes(turns: 1)
    account.meet(7, of: 7)
    account.setInterval(64)
    let start = machine.now
    account.find(7, of: 7, stack: Self.lock, at: start)
    account.find(7, of: 7, stack: Self.sleep, at: start + 20 * Self.millisecond)
    #expect(account.awaitedStack(of: 7, leftAt: 0, wokenAt: start + 19 * Self.millisecond) == nil)
    #expect(account.awaitedStack(of: 7, leftAt: 0, wokenAt: start + 21 * Self.millisecond) == Self.sleep)
    // The pace changes while it waits on.
    account.setInterval(1)
    #expect(account.awaitedStack(of: 7, leftAt: 0, wokenAt: start + 21 * Self.millisecond) == Self.sleep)
  }

  @Test("Where some switches are sampled a waker is that of the wait whose sample it belongs to")
  func sampledWakers() {
    let machine = MadeUpThreads()
    var account = machine.account()
    account.holdsOpenWaits = true
    let end = StackID(rawValue: 3)
    machine.times[7] = ThreadTimes(turns: 1)
    account.meet(7, of: 7)
    account.setInterval(64)
    let start = machine.now
    account.leave(7, of: 7, stack: Self.lock, isRunnable: false, at: start + Self.millisecond)
    #expect(
      account.awaitedStack(of: 7, leftAt: start + Self.millisecond, wokenAt: start + 2 * Self.millisecond) == Self.lock)
    account.wake(7, as: end)
    account.leave(7, of: 7, stack: Self.sleep, isRunnable: false, at: start + 9 * Self.millisecond)
    machine.now = start + 10 * Self.millisecond
    machine.times[7] = ThreadTimes(ran: 2 * Self.millisecond, turns: 200)
    #expect(account.settle(7).map(\.woken) == [end])
    // The one that is held back waits on, and takes part once it ends or all is over.
    machine.now = start + 20 * Self.millisecond
    #expect(account.settle(7).isEmpty)
    account.holdsOpenWaits = false
    #expect(account.settle(7).map(\.stack) == [Self.sleep])
    #expect(account.totals.wall == 20 * Self.millisecond)
  }
}
