import Synchronization

/// Ends of this process's own children that a tracer learned of, and so took from whoever waits for them.
///
/// A tracer waits for all its threads at once, and `waitpid` reports an end once.
enum ReapedChildren {
  private struct State {
    var expected: Set<Int32> = []
    var statuses: [Int32: Int32] = [:]
  }
  private static let state = Mutex(State())

  /// Has the status of this child kept, if anybody reaps it.
  static func expect(_ pid: Int32) { state.withLock { _ = $0.expected.insert(pid) } }

  /// Keeps the status if it's a child's that somebody will ask for.
  static func keep(status: Int32, of pid: Int32) {
    state.withLock { if $0.expected.remove(pid) != nil { $0.statuses[pid] = status } }
  }

  /// The status that was kept.
  static func take(_ pid: Int32) -> Int32? { state.withLock { $0.statuses.removeValue(forKey: pid) } }

  /// Forgets a child.
  static func forget(_ pid: Int32) {
    state.withLock {
      $0.expected.remove(pid)
      $0.statuses[pid] = nil
    }
  }
}
