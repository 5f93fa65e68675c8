import Processes
import ProfileModel
import RecordingFormat

/// Rows of the recording's tables for processes and threads, by the names they have.
///
/// A row is made when a sample needs it first: a process that runs another program gets a further row, so that each
/// sample stands under the name that its process had then. Who is who, and when a number is somebody else's, the
/// `ProcessTable` tells.
struct ProcessDirectory {
  private struct ThreadKey: Hashable {
    var process: ProcessID
    var name: String
  }

  private struct Rows<Name: Equatable, Row> {
    /// Of whoever has the number.
    var serial: UInt64
    var named = NamedRows<Name, Row>()
  }

  private var processes: [Int32: Rows<String, ProcessID>] = [:]
  private var threads: [Int32: Rows<ThreadKey, ThreadID>] = [:]
  private var lastThread: (tid: Int32, revision: UInt64, row: ThreadID)?
  /// How many threads may be known before those that the table has forgotten are.
  private var capacity = 4096

  /// Threads that were given a row so far, also those that have ended.
  private(set) var threadCount = 0

  /// Threads whose rows are known: those that live, and some that have ended.
  var knownThreads: Int { threads.count }

  /// The row of the thread under its name; made, like its process's, when it's needed first.
  mutating func thread(_ tid: Int32, of pid: Int32, in table: inout ProcessTable, log: inout RecordingLog) -> ThreadID {
    if let lastThread, lastThread.tid == tid, lastThread.revision == table.revision { return lastThread.row }
    let process = process(pid, in: &table, log: &log)
    let key = ThreadKey(process: process, name: table.name(ofThread: tid, in: pid))
    let serial = table.serial(ofThread: tid)
    let row: ThreadID
    if let known = threads[tid], known.serial == serial, let same = known.named[key] {
      row = same
    } else {
      if threads[tid]?.serial != serial { threads[tid] = Rows(serial: serial) }
      let first = threads[tid]?.named.first
      if first == nil { threadCount += 1 }
      row = log.add(ThreadRecord(process: process, tid: tid, name: key.name, first: first))
      threads[tid]?.named.add(row, for: key)
      table.noteSample(of: tid, in: pid)
      if threads.count > capacity { forgetUnknown(to: table) }
    }
    lastThread = (tid, table.revision, row)
    return row
  }

  private mutating func process(_ pid: Int32, in table: inout ProcessTable, log: inout RecordingLog) -> ProcessID {
    let name = table.name(of: pid)
    let serial = table.serial(of: pid)
    if let known = processes[pid], known.serial == serial, let same = known.named[name] { return same }
    if processes[pid]?.serial != serial { processes[pid] = Rows(serial: serial) }
    let row = log.add(ProcessRecord(pid: pid, name: name, first: processes[pid]?.named.first))
    processes[pid]?.named.add(row, for: name)
    return row
  }

  private mutating func forgetUnknown(to table: ProcessTable) {
    threads = threads.filter { table.knows(thread: $0.key, serial: $0.value.serial) }
    processes = processes.filter { table.knows($0.key, serial: $0.value.serial) }
    capacity = max(4096, 2 * threads.count)
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
