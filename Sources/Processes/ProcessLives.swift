/// Which processes live, and which threads of them, as births and ends tell, in order of time.
///
///     birth ───────── last thread's end ──────────── its number is used again
///      ├── lives ───────────┼── lingers ──────────┤
///                           └ its own exit may still be sampled: its memory is freed after the record
///
/// This is the one rule of when a process is over: with the last thread that is known to live. One of which no thread is
/// known is over with its first thread.
package struct ProcessLives {
  /// The threads that live, as far as known, of each process that does.
  private var threads: [Int32: Set<Int32>] = [:]
  private var lingering: Set<Int32> = []
  /// Those that linger, oldest first; may hold numbers that are in use again.
  private var ended: [Int32] = []

  /// Processes that linger at most.
  private static let mostLingering = 1024

  /// Nobody is known.
  package init() {}

  /// The processes that live, as far as known.
  package var live: Dictionary<Int32, Set<Int32>>.Keys { threads.keys }

  /// Whether a process lives, or has ended not long ago.
  package func contains(_ pid: Int32) -> Bool { threads[pid] != nil || lingering.contains(pid) }

  /// Threads that were seen to live.
  package mutating func admit(_ pid: Int32, threads: some Sequence<Int32>) {
    lingering.remove(pid)
    self.threads[pid, default: []].formUnion(threads)
  }

  /// A thread was born; a process with its first one, whoever had its number before.
  package mutating func begin(_ tid: Int32, of pid: Int32) {
    // Whoever made a thread lives too: most likely the first.
    if tid == pid || threads[pid] == nil { threads[pid] = [pid] }
    admit(pid, threads: CollectionOfOne(tid))
  }

  /// Nobody has this number any more.
  package mutating func remove(_ pid: Int32) {
    threads[pid] = nil
    lingering.remove(pid)
  }

  /// A process runs another program: its first thread became the only one. Returns the others.
  @discardableResult
  package mutating func exec(_ pid: Int32) -> Set<Int32> {
    let others = threads[pid]?.subtracting([pid]) ?? []
    lingering.remove(pid)
    threads[pid] = [pid]
    return others
  }

  /// A thread ended; whether its process did, by that.
  package mutating func end(_ tid: Int32, of pid: Int32) -> Bool {
    if threads[pid] != nil {
      threads[pid]?.remove(tid)
      guard threads[pid]?.isEmpty ?? false else { return false }
    } else {
      guard tid == pid, !lingering.contains(pid) else { return false }
    }
    linger(pid)
    return true
  }

  /// A process is gone, whose end nobody told of.
  package mutating func linger(_ pid: Int32) {
    threads[pid] = nil
    guard lingering.insert(pid).inserted else { return }
    ended.append(pid)
    guard ended.count >= 2 * Self.mostLingering else { return }
    let forgotten = ended.prefix(Self.mostLingering)
    ended.removeFirst(Self.mostLingering)
    lingering.subtract(Set(forgotten).subtracting(ended))
  }
}
