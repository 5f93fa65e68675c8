import Processes
import Synchronization
import Testing

@Suite struct ThreadAccountTests {
  /// A kernel's account that a test writes.
  private final class Kernel: Sendable {
    private let state = Mutex<(now: UInt64, times: [Int32: ThreadTimes])>((0, [:]))

    var account: ThreadAccount {
      ThreadAccount(
        read: { [self] _, tid in state.withLock { $0.times[tid] } }, clock: { [self] in state.withLock { $0.now } })
    }

    func set(seconds: Double, _ times: [Int32: (ran: Double, waited: Double)]) {
      state.withLock {
        $0.now = UInt64(seconds * 1e9)
        $0.times = times.mapValues { ThreadTimes(ran: UInt64($0.ran * 1e9), waited: UInt64($0.waited * 1e9)) }
      }
    }
  }

  @Test func whatThreadsDidBeforeTheyWereMetDoesNotCount() {
    let kernel = Kernel()
    kernel.set(seconds: 100, [1: (50, 10), 2: (1, 0)])
    var account = kernel.account
    account.meet(1, of: 1)
    account.meet(2, of: 1)
    account.meet(2, of: 1)
    kernel.set(seconds: 104, [1: (53, 10.5), 2: (1, 0)])
    account.look()
    let totals = account.totals
    #expect(totals.count == 2)
    #expect(totals.wall == 8)
    #expect(totals.onCPU == 3)
    #expect(totals.runnable == 0.5)
    #expect(totals.blocked == 4.5)
    #expect(totals.unread == 0)
  }

  @Test func whatAThreadDidBeforeItEndedUnreadIsSaid() {
    let kernel = Kernel()
    kernel.set(seconds: 10, [:])
    var account = kernel.account
    // Born, read once, and gone without its last second; of another nothing was ever read.
    account.begin(7, of: 1, at: 10_000_000_000)
    kernel.set(seconds: 13, [7: (2, 0)])
    account.lookIfDue()
    account.begin(8, of: 1, at: 13_000_000_000)
    kernel.set(seconds: 14, [:])
    account.end(7, of: 1, at: 14_000_000_000)
    account.end(8, of: 1, at: 13_500_000_000)
    account.look()
    #expect(account.totals.wall == 3)
    #expect(account.totals.onCPU == 2)
    #expect(account.totals.unread == 1.5)
  }

  @Test func aProcessThatNobodyHasWaitedForIsReadAtItsEnd() {
    let kernel = Kernel()
    kernel.set(seconds: 1, [5: (0, 0)])
    var account = kernel.account
    account.meet(5, of: 5)
    kernel.set(seconds: 2.5, [5: (1, 0)])
    account.end(5, of: 5, at: 2_000_000_000)
    #expect(account.totals.wall == 1)
    #expect(account.totals.onCPU == 1)
    #expect(account.totals.unread == 0)
  }

  @Test func clocksThatDisagreeMakeNoNegativeTimes() {
    let kernel = Kernel()
    kernel.set(seconds: 1, [5: (9, 4)])
    var account = kernel.account
    account.meet(5, of: 5)
    kernel.set(seconds: 2, [5: (12, 8)])
    account.look()
    kernel.set(seconds: 3, [5: (1, 1)])
    account.look()
    #expect(account.totals.onCPU == 1)
    #expect(account.totals.runnable == 0)
    #expect(account.totals.blocked == 1)
  }
}
