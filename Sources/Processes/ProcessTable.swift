import ProfileModel

/// The one owner of who is who: processes and threads by number, their names, and when a number is somebody else's.
///
/// Events are applied in order of time. What they don't tell is asked of the source once, when it's needed: of a process
/// whose birth was not recorded, say. Of those that have ended, the newest are kept, since the last of a thread's own
/// exit may be sampled behind the record of it.
package struct ProcessTable {
  private struct Process {
    /// Tells processes apart that have the same number.
    var serial: UInt64
    /// Whether its mappings, as far as there are any, were told of.
    var isDescribed = false
    /// The program that it began to run, as long as it has mapped nothing of that.
    var unstarted: String?
    /// Nil until it's asked for.
    var isKernelThread: Bool?
  }

  private struct Thread {
    var serial: UInt64
    var name: String?
    var hasEnded = false
  }

  private let source: any ProcessSource
  private var lives = ProcessLives()
  private var processes: [Int32: Process] = [:]
  private var threads: [Int32: Thread] = [:]
  /// Threads that ended and are not forgotten, oldest first; their numbers may be in use again.
  private var ended: [(tid: Int32, pid: Int32)] = []
  private var lastSerial: UInt64 = 0
  /// A process that is known to be described: mostly the next sample's too.
  private var lastDescribed: Int32 = 0

  /// Changes whenever a number that was known stands for another thread or another name.
  package private(set) var revision: UInt64 = 0

  /// How many threads that have ended are known, at least.
  private static let mostEnded = 1024

  /// A table that knows nobody.
  package init(source: any ProcessSource = LiveProcesses()) { self.source = source }

  // MARK: What records tell

  /// Applies an event; returns what it means for the process as a whole, if anything.
  package mutating func apply(_ event: ProcessEvent) -> ProcessChange? {
    switch event {
    case .mapped(let pid, _, _):
      noteMapping(of: pid)
      return nil
    case .forked(let pid, let tid, let parentPID, let parentTID, _):
      begin(tid, of: pid, namedAs: threads[parentTID]?.name ?? threads[parentPID]?.name)
      guard pid != parentPID else { return nil }
      processes[pid] = Process(serial: makeSerial(), isDescribed: processes[parentPID]?.isDescribed ?? false)
      lastDescribed = 0
      return .began(pid: pid, parent: parentPID)
    case .renamed(let pid, let tid, let name, let isExec, _):
      revision += 1
      if isExec { return exec(pid, name: name) }
      // One that had ended has left its number to another, whose birth was lost.
      if threads[tid]?.hasEnded ?? false { threads[tid] = nil }
      admit(tid, of: pid)
      setName(name, of: tid)
      return nil
    case .exited(let pid, let tid, _):
      return end(tid, of: pid)
    }
  }

  /// Notes that a thread was sampled, which is a sign of life unless its end was recorded.
  package mutating func noteSample(of tid: Int32, in pid: Int32) {
    if !hasEnded(tid) { admit(tid, of: pid) }
  }

  private mutating func admit(_ tid: Int32, of pid: Int32) {
    // With the first thread, as long as nothing tells that it has ended.
    let isUnknown = !lives.live.contains(pid) && !hasEnded(pid)
    lives.admit(pid, threads: isUnknown ? [pid, tid] : [tid])
  }

  private mutating func noteMapping(of pid: Int32) {
    enter(pid)
    processes[pid]?.unstarted = nil
    processes[pid]?.isDescribed = true
  }

  private mutating func begin(_ tid: Int32, of pid: Int32, namedAs name: String?) {
    if threads[tid] != nil { revision += 1 }
    lives.begin(tid, of: pid)
    threads[tid] = Thread(serial: makeSerial(), name: name)
  }

  private mutating func exec(_ pid: Int32, name: String) -> ProcessChange {
    for other in lives.exec(pid) { threads[other] = nil }
    // The first thread may have ended before; another one has taken its number by exec.
    threads[pid]?.hasEnded = false
    setName(name, of: pid)
    let serial = processes[pid]?.serial ?? makeSerial()
    processes[pid] = Process(serial: serial, isDescribed: true, unstarted: name)
    return .replacedProgram(pid: pid)
  }

  private mutating func end(_ tid: Int32, of pid: Int32) -> ProcessChange? {
    if threads[tid] == nil { threads[tid] = Thread(serial: makeSerial()) }
    threads[tid]?.hasEnded = true
    ended.append((tid, pid))
    if ended.count >= 2 * Self.mostEnded { forgetEnded() }
    guard lives.end(tid, of: pid) else { return nil }
    let unstarted = processes[pid]?.unstarted
    processes[pid]?.unstarted = nil
    processes[pid]?.isDescribed = false
    lastDescribed = 0
    return .ended(pid: pid, unstarted: unstarted)
  }

  private mutating func setName(_ name: String, of tid: Int32) {
    if threads[tid] == nil { threads[tid] = Thread(serial: makeSerial()) }
    threads[tid]?.name = name
  }

  private mutating func forgetEnded() {
    let live = lives.live
    for (tid, pid) in ended.prefix(Self.mostEnded) {
      if threads[tid]?.hasEnded ?? false { threads[tid] = nil }
      if !live.contains(pid) { processes[pid] = nil }
    }
    ended.removeFirst(Self.mostEnded)
    revision += 1
  }

  private mutating func makeSerial() -> UInt64 {
    lastSerial += 1
    return lastSerial
  }

  // MARK: What is known

  /// Whether a process has any thread that is known to live.
  package func isAlive(_ pid: Int32) -> Bool { lives.live.contains(pid) }

  /// Whether the thread's end was recorded: its user memory is gone, and what is sampled still is the kernel's work.
  package func hasEnded(_ tid: Int32) -> Bool { threads[tid]?.hasEnded ?? false }

  /// Tells a process from others that have had its number.
  package mutating func serial(of pid: Int32) -> UInt64 {
    enter(pid)
    return processes[pid]?.serial ?? 0
  }

  /// Whether a process with this serial number is still known.
  package func knows(_ pid: Int32, serial: UInt64) -> Bool { processes[pid]?.serial == serial }

  /// Whether a thread with this serial number is still known.
  package func knows(thread tid: Int32, serial: UInt64) -> Bool { threads[tid]?.serial == serial }

  /// Tells a thread from others that have had its number.
  package mutating func serial(ofThread tid: Int32) -> UInt64 {
    if threads[tid] == nil { threads[tid] = Thread(serial: makeSerial()) }
    return threads[tid]?.serial ?? 0
  }

  /// What the thread that an event ends was called, or whoever makes a new one; nil where that isn't known without asking.
  package func knownName(before event: ProcessEvent) -> String? {
    switch event {
    case .exited(let pid, let tid, _): threads[tid]?.name ?? threads[pid]?.name
    case .forked(_, _, let parentPID, let parentTID, _): threads[parentTID]?.name ?? threads[parentPID]?.name
    case .mapped, .renamed: nil
    }
  }

  /// The name that a process has now: its first thread's.
  package mutating func name(of pid: Int32) -> String {
    if let known = threads[pid]?.name { return known }
    let name = source.stat(of: pid)?.name ?? "pid-\(pid)"
    setName(name, of: pid)
    return name
  }

  /// The name that a thread has now.
  package mutating func name(ofThread tid: Int32, in pid: Int32) -> String {
    if let known = threads[tid]?.name { return known }
    let name = source.name(ofThread: tid, of: pid) ?? name(of: pid)
    setName(name, of: tid)
    return name
  }

  /// Whether samples of this process can't have user frames.
  package mutating func isKernelThread(_ pid: Int32) -> Bool {
    if let known = processes[pid]?.isKernelThread { return known }
    let isKernelThread = source.stat(of: pid)?.isKernelThread ?? false
    enter(pid)
    processes[pid]?.isKernelThread = isKernelThread
    return isKernelThread
  }

  /// The mappings of a process that none was told of, as under `-a`, asked for once; nil where they were told of.
  package mutating func undescribedMappings(of pid: Int32) -> [Mapping]? {
    if pid == lastDescribed { return nil }
    lastDescribed = pid
    if processes[pid]?.isDescribed ?? false { return nil }
    enter(pid)
    processes[pid]?.isDescribed = true
    return source.mappings(of: pid, executableOnly: true) ?? []
  }

  /// Takes a process into the table that no event told of.
  private mutating func enter(_ pid: Int32) {
    if processes[pid] == nil { processes[pid] = Process(serial: makeSerial()) }
  }
}
