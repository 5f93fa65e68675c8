import Dispatch
import Glibc
import Synchronization

/// Runs independent pieces of work on a few threads, this one among them.
///
/// Threads of its own rather than tasks: demanglers recurse deeply and need a full stack, which the threads of Swift's
/// and libdispatch's pools don't have.
package enum Workers {
  private static let stackSize = 8 << 20

  private final class Work: Sendable {
    let count: Int
    let body: @Sendable (Int) -> Void
    let next = Atomic<Int>(0)
    /// Signaled by each thread that has no more to do.
    let ended = DispatchSemaphore(value: 0)

    init(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
      self.count = count
      self.body = body
    }

    func run() {
      while runNext() {}
      ended.signal()
    }

    /// Does the next piece; false when there is none left.
    func runNext() -> Bool {
      let index = next.add(1, ordering: .relaxed).oldValue
      guard index < count else { return false }
      body(index)
      return true
    }

    /// Lets nobody begin another piece.
    func stop() { next.store(count, ordering: .relaxed) }
  }

  /// Calls `body` with each of `0..<count`, in order of their start, on at most `threads` threads; returns when all are
  /// done.
  static func run(_ count: Int, threads: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let work = Work(count, body)
    let helpers = (1..<max(1, min(threads, count))).compactMap { _ in start(work) }
    work.run()
    for helper in helpers { pthread_join(helper, nil) }
  }

  /// Calls `body` with each of `0..<count`, in order of their start, on at most `threads` threads beside this one, as long
  /// as `isWanted` says so, which is asked about ten times a second.
  ///
  /// Returns when all are done or no longer wanted: those that were begun go on then, unheeded, lest one that hangs keep
  /// this thread. Where no other thread is to be had, this one does the work, and asks between the pieces.
  package static func run(
    _ count: Int, threads: Int, while isWanted: () -> Bool, _ body: @escaping @Sendable (Int) -> Void
  ) {
    let work = Work(count, body)
    var helpers = (0..<max(1, min(threads, count))).compactMap { _ in start(work) }
    guard !helpers.isEmpty else {
      while isWanted(), work.runNext() {}
      return
    }
    var running = helpers.count
    while running > 0 {
      if work.ended.wait(timeout: .now() + .milliseconds(100)) == .success { running -= 1 }
      guard running == 0 || isWanted() else {
        work.stop()
        for helper in helpers { pthread_detach(helper) }
        return
      }
    }
    while let helper = helpers.popLast() { pthread_join(helper, nil) }
  }

  /// A thread that runs `work`; nil when the system has none left, and the others do its part.
  private static func start(_ work: Work) -> pthread_t? {
    var attributes = pthread_attr_t()
    var thread = pthread_t()
    // SAFETY: attributes are initialized before use and destroyed after; the work is retained for the thread, which
    // releases it.
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setstacksize(&attributes, stackSize)
    let context = unsafe Unmanaged.passRetained(work)
    let status = unsafe pthread_create(
      &thread, &attributes,
      { context in
        if let context = unsafe context { unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, context.toOpaque())
    guard status == 0 else {
      unsafe context.release()
      return nil
    }
    return thread
  }
}
