import CLinuxPerf
import Glibc
import Processes

/// Counts how often functions of the targets are called, by the kernel's breakpoints at their beginnings (uprobes,
/// Documentation/trace/uprobetracer.rst).
///
/// Each call costs its thread some microseconds. A breakpoint is set in the targets alone, and in the processes that they
/// make; it goes with this value, and with this process however it ends. What stays behind then is the kernel's entry of an
/// event that nobody counts, and the next to count removes it.
///
/// The event is defined by tracefs and opened by its number. One of the type `uprobe` names its file by an address in the
/// memory of whoever opens it, and where a thread inherits such an event the kernel looks there in the thread's own memory:
/// the target could make no more threads.
package struct CallCounter: ~Copyable {
  /// A function's beginning in a file.
  package struct Place: Hashable, Sendable {
    /// The file, open until the counter is made.
    package var descriptor: Int32
    /// Where in it.
    package var offset: UInt64

    /// A place in a file.
    package init(descriptor: Int32, offset: UInt64) { (self.descriptor, self.offset) = (descriptor, offset) }
  }

  private var folder = ""
  private let group = "perfprof_\(getpid())"
  private var names: [String] = []
  private var events: [Int32] = []

  /// How often the list of threads is read, at most, until it is the same before and after events were opened.
  private static let attempts = 20

  /// Counts from now on.
  package init(_ places: [Place], of target: SamplingTarget) throws(SamplingError) {
    folder = try Self.folder()
    Self.removeLeftovers(in: folder)
    var numbers: [UInt64] = []
    for (index, place) in places.enumerated() {
      let name = "calls_\(index)"
      // A path may hold blanks, lie in another root, or be gone: this one has none of these troubles.
      let line = "p:\(group)/\(name) /proc/self/fd/\(place.descriptor):0x\(String(place.offset, radix: 16))\n"
      do throws(SystemCallError) { try Self.write(line, to: folder) } catch {
        throw .callsNotCountable(errno: error.number)
      }
      names.append(name)
      guard let number = ProcFile.number("\(folder)/events/\(group)/\(name)/id"), number > 0 else {
        throw .callsNotCountable(errno: ENOENT)
      }
      numbers.append(UInt64(number))
    }
    for attempt in 1...Self.attempts {
      let before = Self.tasks(of: target)
      // One for each thread and place.
      for number in numbers { try open(number, before) }
      // A thread that was born meanwhile has the events of the one that made it, or has none.
      if attempt == Self.attempts || Self.tasks(of: target).elementsEqual(before, by: ==) { break }
      for event in events { close(event) }
      events.removeAll()
    }
    for event in events { clp_perf_enable(event) }
  }

  deinit {
    // An event that is open can't be removed.
    for event in events { close(event) }
    for name in names { try? Self.write("-:\(group)/\(name)\n", to: folder) }
  }

  /// Calls so far, those of threads that have ended too.
  package var count: UInt64 {
    events.reduce(0) { sum, event in
      var value: UInt64 = 0
      // SAFETY: read writes at most eight bytes.
      return unsafe read(event, &value, 8) == 8 ? sum &+ value : sum
    }
  }

  /// How many descriptors are read for it.
  package var size: Int { events.count }

  private mutating func open(_ number: UInt64, _ tasks: [(pid: Int32, cpu: Int32)]) throws(SamplingError) {
    var attributes = perf_event_attr()
    attributes.size = UInt32(MemoryLayout<perf_event_attr>.size)
    attributes.type = PERF_TYPE_TRACEPOINT.rawValue
    attributes.config = number
    attributes.disabled = 1
    attributes.inherit = 1
    for task in tasks {
      // SAFETY: reads the attributes during the call only.
      let event = unsafe clp_perf_event_open(&attributes, task.pid, task.cpu, -1, UInt(PERF_FLAG_FD_CLOEXEC))
      if event >= 0 {
        events.append(event)
        continue
      }
      switch errno {
      // It has ended.
      case ESRCH: continue
      case EMFILE: throw .tooManyDescriptors(needed: tasks.count, limit: KernelLimits.raiseDescriptorLimit())
      default: throw .callsNotCountable(errno: errno)
      }
    }
  }

  /// Threads on any processor, or any thread on each processor.
  private static func tasks(of target: SamplingTarget) -> [(pid: Int32, cpu: Int32)] {
    switch target {
    case .suspended(let pid): [(pid, -1)]
    case .processes(let pids): pids.flatMap { pid in ProcessStatus.threads(of: pid).sorted().map { ($0, -1) } }
    case .allProcesses: KernelLimits.onlineCPUs().map { (-1, Int32($0)) }
    }
  }

  // MARK: tracefs

  private static func folder() throws(SamplingError) -> String {
    var refusal = ENOENT
    for folder in TraceFileSystem.folders {
      // SAFETY: the path is a Swift string, which the bridge terminates for the call.
      if unsafe access("\(folder)/uprobe_events", W_OK) == 0 { return folder }
      if errno != ENOENT { refusal = errno }
    }
    throw .callsNotCountable(errno: refusal)
  }

  private static func write(_ line: String, to folder: String) throws(SystemCallError) {
    // SAFETY: the path is a Swift string, which the bridge terminates for the call.
    let file = unsafe Glibc.open("\(folder)/uprobe_events", O_WRONLY | O_APPEND | O_CLOEXEC)
    guard file >= 0 else { throw SystemCallError(number: errno) }
    defer { close(file) }
    let bytes = Array(line.utf8)
    // SAFETY: reads the bytes during the call only; the kernel takes a line whole or not at all.
    guard unsafe Glibc.write(file, bytes, bytes.count) == bytes.count else { throw SystemCallError(number: errno) }
  }

  /// Removes what others left that were killed; of one that lives the kernel refuses it.
  private static func removeLeftovers(in folder: String) {
    for line in (ProcFile.text("\(folder)/uprobe_events") ?? "").split(separator: "\n") {
      guard let word = line.split(separator: " ").first, word.hasPrefix("p:perfprof_"),
        let number = word.dropFirst("p:perfprof_".count).split(separator: "/").first.flatMap({ Int32($0) }),
        kill(number, 0) != 0, errno == ESRCH
      else { continue }
      try? write("-:\(word.dropFirst(2))\n", to: folder)
    }
  }
}
