/// A thread by its process's number and its own.
struct ThreadNumbers: Hashable {
  var pid: Int32
  var tid: Int32
}

/// Whose samples are wanted: processes, and what they made since, as records of births and ends tell, in order of time.
///
///     fork ─────────── exit ──────────── its number is used again
///      ├── lives ───────┼── lingers ──────────┤
///                       └ its own exit may still be sampled: its memory is freed after the record
///
/// Parents are those who made a process, whoever takes it over later: daemons stay in the tree.
struct TargetTree {
  /// The threads that live, as far as known, of each process that does.
  private var threads: [Int32: Set<Int32>] = [:]
  private var lingering: Set<Int32> = []
  /// Those that linger, oldest first; may hold numbers that are in use again.
  private var ended: [Int32] = []
  /// How many processes were taken in so far.
  private(set) var births = 0

  /// Processes that linger at most.
  private static let mostLingering = 1024

  /// The processes that live, as far as known.
  var live: Dictionary<Int32, Set<Int32>>.Keys { threads.keys }

  /// Whether the process's samples are wanted.
  func contains(_ pid: Int32) -> Bool { threads[pid] != nil || lingering.contains(pid) }

  /// Takes a process in, with the threads that it has.
  mutating func admit(_ pid: Int32, threads: [Int32]) {
    if self.threads[pid] == nil { births += 1 }
    lingering.remove(pid)
    self.threads[pid, default: [pid]].formUnion(threads)
  }

  /// A thread was born, of a process in the tree or not; whether the process now is.
  mutating func begin(_ thread: ThreadNumbers, parent: Int32, admitsAll: Bool) -> Bool {
    if thread.pid == thread.tid {
      // A number that is used again.
      threads[thread.pid] = nil
      lingering.remove(thread.pid)
      guard admitsAll || contains(parent) else { return false }
      births += 1
      threads[thread.pid] = [thread.tid]
      return true
    }
    guard admitsAll || contains(thread.pid) else { return false }
    threads[thread.pid, default: [thread.pid]].insert(thread.tid)
    return true
  }

  /// By exec the first thread became the only one.
  mutating func exec(_ pid: Int32) {
    if threads[pid] != nil { threads[pid] = [pid] }
  }

  /// A thread ended; whether its process did.
  mutating func end(_ thread: ThreadNumbers) -> Bool {
    guard threads[thread.pid] != nil else { return false }
    threads[thread.pid]?.remove(thread.tid)
    guard threads[thread.pid]?.isEmpty ?? false else { return false }
    threads[thread.pid] = nil
    linger(thread.pid)
    return true
  }

  /// A process is gone, whose end no record told of.
  mutating func forget(_ pid: Int32) {
    threads[pid] = nil
    linger(pid)
  }

  private mutating func linger(_ pid: Int32) {
    guard lingering.insert(pid).inserted else { return }
    ended.append(pid)
    guard ended.count >= 2 * Self.mostLingering else { return }
    let forgotten = ended.prefix(Self.mostLingering)
    ended.removeFirst(Self.mostLingering)
    lingering.subtract(Set(forgotten).subtracting(ended))
  }
}
