import ProfileModel
import Sampling

/// Who is who while recording: rows of the recording's tables for live processes and threads.
///
/// Numbers are used again by the kernel, so rows are forgotten when their owner ends.
struct ProcessDirectory {
  private struct Process {
    var row: ProcessID
    var isKernelThread: Bool
  }

  private var processes: [Int32: Process] = [:]
  /// Threads of each process that are known to live, whether they were sampled or not: as long as there is one, the
  /// process's mappings are needed.
  private var live: [Int32: Set<Int32>] = [:]
  private var threads: [Int32: ThreadID] = [:]
  private var names: [Int32: String] = [:]
  private var lastThread: (tid: Int32, row: ThreadID)?

  /// Threads that were given a row so far, also those that have ended.
  private(set) var threadCount = 0

  /// Whether samples of this process can't have user frames.
  func isKernelThread(_ pid: Int32) -> Bool { processes[pid]?.isKernelThread ?? false }

  /// The thread's row; made, like its process's, when it's needed first.
  mutating func thread(_ tid: Int32, of pid: Int32, log: inout RecordingLog) -> ThreadID {
    if let lastThread, lastThread.tid == tid { return lastThread.row }
    let row: ThreadID
    if let known = threads[tid] {
      row = known
    } else {
      let process = self.process(pid, log: &log)
      let name =
        names[tid] ?? ProcessInfo.threadName(pid: pid, tid: tid) ?? log.tables.processes[process.index].name
      row = log.add(ThreadRecord(process: process, tid: tid, name: name))
      threads[tid] = row
      threadCount += 1
      live[pid, default: []].insert(tid)
    }
    lastThread = (tid, row)
    return row
  }

  private mutating func process(_ pid: Int32, log: inout RecordingLog) -> ProcessID {
    if let known = processes[pid] { return known.row }
    let info = try? ProcessInfo(pid: pid)
    let name = names[pid] ?? info?.name ?? "pid-\(pid)"
    let row = log.add(ProcessRecord(pid: pid, name: name))
    processes[pid] = Process(row: row, isKernelThread: info?.isKernelThread ?? false)
    return row
  }

  /// A new thread or process: whoever had its number before is forgotten.
  mutating func begin(tid: Int32, pid: Int32, parentTID: Int32) {
    forget(tid: tid)
    if tid == pid {
      processes[pid] = nil
      live[pid] = nil
    }
    live[pid, default: []].insert(tid)
    names[tid] = names[parentTID]
  }

  /// A thread took a name; the first thread's name is its process's. By `exec` it became the only one.
  mutating func rename(tid: Int32, pid: Int32, to name: String, isExec: Bool, log: inout RecordingLog) {
    if isExec { live[pid] = [tid] } else { live[pid, default: []].insert(tid) }
    names[tid] = name
    if let row = threads[tid] { log.rename(thread: row, to: name) }
    if tid == pid, let process = processes[pid] { log.rename(process: process.row, to: name) }
  }

  /// A thread ended; whether it was the last known one of its process.
  mutating func end(tid: Int32, pid: Int32) -> Bool {
    forget(tid: tid)
    live[pid]?.remove(tid)
    guard live[pid]?.isEmpty ?? (tid == pid) else { return false }
    live[pid] = nil
    processes[pid] = nil
    return true
  }

  private mutating func forget(tid: Int32) {
    threads[tid] = nil
    names[tid] = nil
    if lastThread?.tid == tid { lastThread = nil }
  }
}
