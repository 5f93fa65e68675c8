import Processes

/// A thread by its process's number and its own.
struct ThreadNumbers: Hashable {
  var pid: Int32
  var tid: Int32
}

/// Whose samples are wanted: processes, and what they made since.
///
/// Parents are those who made a process, whoever takes it over later: daemons stay in the tree. Those that have ended
/// linger: their own exit may still be sampled.
struct TargetTree {
  private var lives = ProcessLives()
  /// How many processes were taken in so far.
  private(set) var births = 0

  /// The processes that live, as far as known.
  var live: Dictionary<Int32, Set<Int32>>.Keys { lives.live }

  /// Whether the process's samples are wanted.
  func contains(_ pid: Int32) -> Bool { lives.contains(pid) }

  /// Takes a process in, with the threads that it has.
  mutating func admit(_ pid: Int32, threads: [Int32]) {
    if !lives.live.contains(pid) { births += 1 }
    lives.admit(pid, threads: threads.isEmpty ? [pid] : threads)
  }

  /// A thread was born, of a process in the tree or not; whether the process now is.
  mutating func begin(_ thread: ThreadNumbers, parent: Int32, admitsAll: Bool) -> Bool {
    if thread.pid == thread.tid {
      // A number that is used again.
      lives.remove(thread.pid)
      guard admitsAll || contains(parent) else { return false }
      births += 1
    } else {
      guard admitsAll || contains(thread.pid) else { return false }
    }
    lives.begin(thread.tid, of: thread.pid)
    return true
  }

  /// By exec the first thread became the only one.
  mutating func exec(_ pid: Int32) { lives.exec(pid) }

  /// A thread ended; whether its process did.
  mutating func end(_ thread: ThreadNumbers) -> Bool { lives.end(thread.tid, of: thread.pid) }

  /// A process is gone, whose end no record told of.
  mutating func forget(_ pid: Int32) { lives.linger(pid) }
}
