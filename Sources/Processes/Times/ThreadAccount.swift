import ProfileModel

/// What the kernel accounts to each thread of the targets, while they are watched, added up.
///
/// Threads are read when they are met, now and then, and at the end: what one did since it was read last is not known
/// when it ends, and said.
package struct ThreadAccount: Sendable {
  private struct Thread {
    var pid: Int32
    /// Up to when all is accounted for, CLOCK_MONOTONIC.
    var settled: UInt64
    /// As of then.
    var times: ThreadTimes
  }

  /// The sums so far; those of threads that live as of the last look.
  package private(set) var totals = ResourceUse.Threads()
  private var threads: [Int32: Thread] = [:]
  private var lookTime: UInt64
  private let read: @Sendable (Int32, Int32) -> ThreadTimes?
  private let clock: @Sendable () -> UInt64

  /// Threads that are read, at most; of more it's not known what they do.
  private static let mostThreads = 16_384
  /// The least time between two looks, and what one thread more adds: a look takes some 10 µs for each.
  private static let looksApart: UInt64 = 2_000_000_000
  private static let apartForThread: UInt64 = 20_000_000

  /// An account of no threads.
  ///
  /// - Parameters:
  ///   - read: The kernel's account of a thread, by process and thread, or what a test makes up.
  ///   - clock: CLOCK_MONOTONIC in nanoseconds, or what a test takes for it.
  package init(
    read: @escaping @Sendable (Int32, Int32) -> ThreadTimes? = { ThreadTimes(pid: $0, tid: $1) },
    clock: @escaping @Sendable () -> UInt64 = { MachineClock.monotonic }
  ) {
    (self.read, self.clock) = (read, clock)
    lookTime = clock()
  }

  /// A thread is there; nothing where it's known.
  package mutating func meet(_ tid: Int32, of pid: Int32) {
    guard threads[tid]?.pid != pid, threads.count < Self.mostThreads else { return }
    let now = clock()
    guard let times = read(pid, tid) else { return }
    threads[tid] = Thread(pid: pid, settled: now, times: times)
    totals.count += 1
  }

  /// A thread was born.
  package mutating func begin(_ tid: Int32, of pid: Int32, at time: UInt64) {
    guard threads.count < Self.mostThreads || threads[tid] != nil else { return }
    threads[tid] = Thread(pid: pid, settled: time, times: ThreadTimes())
    totals.count += 1
  }

  /// A thread ended. A process's first one can be read for as long as its parent doesn't want to know.
  package mutating func end(_ tid: Int32, of pid: Int32, at time: UInt64) {
    guard threads[tid]?.pid == pid else { return }
    if tid == pid { settle(tid, until: time) }
    guard let thread = threads.removeValue(forKey: tid), time > thread.settled else { return }
    totals.unread += Double(time - thread.settled) / 1e9
  }

  /// Reads all threads if that is due.
  package mutating func lookIfDue() {
    let apart = max(Self.looksApart, UInt64(threads.count) * Self.apartForThread)
    guard clock() &- lookTime >= apart else { return }
    look()
  }

  /// Reads all threads.
  package mutating func look() {
    for tid in threads.keys { settle(tid) }
    lookTime = clock()
  }

  /// Adds what a thread did since it was read last; nothing where it can't be read.
  private mutating func settle(_ tid: Int32, until end: UInt64? = nil) {
    guard let thread = threads[tid], let times = read(thread.pid, tid) else { return }
    let now = max(end ?? clock(), thread.settled)
    let wall = Double(now - thread.settled) / 1e9
    // The kernel's clocks are not read at one instant.
    let onCPU = min(wall, Double(times.ran - min(times.ran, thread.times.ran)) / 1e9)
    totals.wall += wall
    totals.onCPU += onCPU
    totals.runnable += min(wall - onCPU, Double(times.waited - min(times.waited, thread.times.waited)) / 1e9)
    threads[tid]?.settled = now
    threads[tid]?.times = times
  }
}
