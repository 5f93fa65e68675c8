import Processes
import ProfileModel
import Synchronization

/// Processes that a test makes up; counts what it's asked.
final class FakeProcesses: ProcessSource {
  struct Process {
    var name: String
    var threads: [Int32: String] = [:]
    var mappings: [Mapping] = []
    var isKernelThread = false
  }
  private let known: Mutex<[Int32: Process]>
  private let asked = Mutex<[String]>([])

  init(_ processes: [Int32: Process] = [:]) { known = Mutex(processes) }

  /// What it was asked, in order.
  var questions: [String] { asked.withLock { $0 } }

  private func process(_ pid: Int32, asked question: String) -> Process? {
    asked.withLock { $0.append("\(question) \(pid)") }
    return known.withLock { $0[pid] }
  }

  func processes() -> [Int32] { known.withLock { $0.keys.sorted() } }

  func stat(of pid: Int32) -> ThreadStat? {
    process(pid, asked: "stat").map { ThreadStat(name: $0.name, isKernelThread: $0.isKernelThread) }
  }

  func threads(of pid: Int32) -> [Int32] {
    process(pid, asked: "threads").map { [pid] + $0.threads.keys.sorted() } ?? []
  }

  func name(ofThread tid: Int32, of pid: Int32) -> String? { process(pid, asked: "thread")?.threads[tid] }

  func mappings(of pid: Int32, executableOnly: Bool) -> [Mapping]? { process(pid, asked: "mappings")?.mappings }

  func memory(of tid: Int32) -> any ReadableMemory { NoMemory() }
}
