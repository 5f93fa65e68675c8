import Processes
import ProfileModel

/// The processes of a recording: who is who, and what is kept of each, by number.
///
///     event ──► ProcessTable ──► change ──► the process's value begins, as a copy or anew, or goes
///     sample ─► the value of its process, looked up once; the same again costs nothing
struct ProcessBook {
  /// Who is who.
  var table: ProcessTable
  private var processes: [Int32: TargetProcess] = [:]
  /// Whom the last sample was of, as long as no event came since.
  private var last: (tid: Int32, sampled: Sampled)?

  /// Whom a sample is of.
  struct Sampled {
    var process: TargetProcess
    /// Whether the thread's end was recorded.
    var hasEnded: Bool
  }

  /// A book of nobody.
  init(source: any ProcessSource) { table = ProcessTable(source: source) }

  /// Whom a sample is of.
  mutating func sampled(_ tid: Int32, of pid: Int32) -> Sampled {
    if let last, last.tid == tid, last.sampled.process.pid == pid { return last.sampled }
    let hasEnded = table.hasEnded(tid)
    // What is sampled of an exit must not leave anything behind that nothing ends any more.
    let isOver = hasEnded && !table.isAlive(pid)
    let process = isOver ? processes[pid] ?? TargetProcess(pid: pid) : process(pid)
    let sampled = Sampled(process: process, hasEnded: hasEnded)
    last = (tid, sampled)
    return sampled
  }

  /// The process that has a number now.
  mutating func process(_ pid: Int32) -> TargetProcess {
    if let known = processes[pid] { return known }
    let process = TargetProcess(pid: pid)
    processes[pid] = process
    return process
  }

  /// The modules that some process has.
  var modules: Set<UInt32> {
    processes.values.reduce(into: []) { modules, process in process.addModules(to: &modules) }
  }

  /// Applies an event; returns what it means for the process as a whole, if anything, and the value that is over by that.
  mutating func apply(_ event: ProcessEvent) -> (change: ProcessChange, over: TargetProcess?)? {
    last = nil
    guard let change = table.apply(event) else { return nil }
    let over = processes.removeValue(forKey: change.pid)
    if case .began(let pid, let parent) = change {
      processes[pid] = TargetProcess(pid: pid, copyOf: processes[parent], parent, time: event.time)
    }
    return (change, over)
  }
}
