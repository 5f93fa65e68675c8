import Processes
import ProfileModel
import RecordingFormat
import Sampling

/// Who is who while recording: rows of the recording's tables for live processes and threads, by the names they have.
///
/// A row is made when a sample needs it first: a process that runs another program gets a further row, so that each
/// sample stands under the name that its process had then. Numbers are used again by the kernel, so rows are forgotten
/// when their owner has ended; not at once, since the last of its own exit may be sampled behind the record of it.
struct ProcessDirectory {
  private struct Process {
    /// Threads that are known to live, whether they were sampled or not: as long as there is one, the process's
    /// mappings are needed.
    var live: Set<Int32> = []
    var rows = NamedRows<String, ProcessID>()
    /// Nil until it's looked up.
    var isKernelThread: Bool?
  }

  private struct Thread {
    var name: String?
    var rows = NamedRows<ThreadKey, ThreadID>()
    var hasEnded = false
  }

  private struct ThreadKey: Hashable {
    var process: ProcessID
    var name: String
  }

  private var processes: [Int32: Process] = [:]
  private var threads: [Int32: Thread] = [:]
  private var lastThread: (tid: Int32, row: ThreadID)?
  /// Threads that ended and are not forgotten, oldest first; their numbers may be in use again.
  private var ended: [(tid: Int32, pid: Int32)] = []

  /// Threads that were given a row so far, also those that have ended.
  private(set) var threadCount = 0

  /// How many threads that have ended are known, at most.
  private static let mostEnded = 1024

  /// Whether samples of this process can't have user frames.
  mutating func isKernelThread(_ pid: Int32) -> Bool {
    if let known = processes[pid]?.isKernelThread { return known }
    let isKernelThread = (try? ProcessStatus(pid: pid))?.isKernelThread ?? false
    processes[pid, default: Process()].isKernelThread = isKernelThread
    return isKernelThread
  }

  /// Whether the thread's end was recorded: its user memory is gone, and what is sampled still is the kernel's work.
  func hasEnded(_ tid: Int32) -> Bool { threads[tid]?.hasEnded ?? false }

  /// The row of the thread under its name; made, like its process's, when it's needed first.
  mutating func thread(_ tid: Int32, of pid: Int32, log: inout RecordingLog) -> ThreadID {
    if let lastThread, lastThread.tid == tid { return lastThread.row }
    let (process, processName) = self.process(pid, log: &log)
    var thread = threads[tid] ?? Thread()
    let name = thread.name ?? ProcessStatus.threadName(pid: pid, tid: tid) ?? processName
    thread.name = name
    let key = ThreadKey(process: process, name: name)
    let row: ThreadID
    if let known = thread.rows[key] {
      row = known
    } else {
      if thread.rows.first == nil { threadCount += 1 }
      row = log.add(ThreadRecord(process: process, tid: tid, name: name, first: thread.rows.first))
      thread.rows.add(row, for: key)
      if !thread.hasEnded { processes[pid]?.live.insert(tid) }
    }
    threads[tid] = thread
    lastThread = (tid, row)
    return row
  }

  private mutating func process(_ pid: Int32, log: inout RecordingLog) -> (ProcessID, name: String) {
    let name: String
    if let known = threads[pid]?.name {
      name = known
    } else {
      name = (try? ProcessStatus(pid: pid))?.name ?? "pid-\(pid)"
      threads[pid, default: Thread()].name = name
    }
    if let known = processes[pid]?.rows[name] { return (known, name) }
    var process = processes[pid] ?? Process()
    let row = log.add(ProcessRecord(pid: pid, name: name, first: process.rows.first))
    process.rows.add(row, for: name)
    processes[pid] = process
    return (row, name)
  }

  /// The name that a process has now.
  func name(of pid: Int32) -> String { threads[pid]?.name ?? "pid-\(pid)" }

  /// A new thread or process: whoever had its number before is forgotten.
  mutating func begin(tid: Int32, pid: Int32, parentTID: Int32) {
    if lastThread?.tid == tid { lastThread = nil }
    if tid == pid { processes[pid] = nil }
    processes[pid, default: Process()].live.insert(tid)
    threads[tid] = Thread(name: threads[parentTID]?.name)
  }

  /// A thread took a name; the first thread's name is its process's. By `exec` it became the only one.
  mutating func rename(tid: Int32, pid: Int32, to name: String, isExec: Bool) {
    lastThread = nil
    if isExec {
      for other in processes[pid]?.live ?? [] where other != tid { threads[other] = nil }
      processes[pid, default: Process()].live = [tid]
    } else {
      processes[pid, default: Process()].live.insert(tid)
    }
    threads[tid, default: Thread()].name = name
  }

  /// A thread ended; whether it was the last known one of its process.
  mutating func end(tid: Int32, pid: Int32) -> Bool {
    threads[tid, default: Thread()].hasEnded = true
    processes[pid]?.live.remove(tid)
    ended.append((tid, pid))
    if ended.count >= 2 * Self.mostEnded { forgetEnded() }
    return processes[pid]?.live.isEmpty ?? (tid == pid)
  }

  private mutating func forgetEnded() {
    for (tid, pid) in ended.prefix(Self.mostEnded) {
      if threads[tid]?.hasEnded ?? false { threads[tid] = nil }
      if processes[pid]?.live.isEmpty ?? false { processes[pid] = nil }
    }
    ended.removeFirst(Self.mostEnded)
    lastThread = nil
  }
}

/// The rows of one process or thread by its names; of endlessly many names the last ones share a row.
private struct NamedRows<Name: Equatable, Row> {
  private(set) var first: Row?
  private var rows: [(name: Name, row: Row)] = []

  /// A name for each request that a server handles must not fill the memory.
  private static var mostNames: Int { 64 }

  subscript(name: Name) -> Row? {
    if let known = rows.first(where: { $0.name == name }) { return known.row }
    return rows.count < Self.mostNames ? nil : rows.last?.row
  }

  mutating func add(_ row: Row, for name: Name) {
    if first == nil { first = row }
    rows.append((name, row))
  }
}
