import Glibc

/// CPU time in seconds, and how much of it was spent in the kernel where that is known.
package struct CPUTime: Hashable, Sendable {
  /// User and system.
  package var seconds: Double
  /// System alone; taken from the tick in most kernels, so that it's rough for short programs.
  package var kernelSeconds: Double?
  /// How much more it may be at most: what ended unseen.
  package var uncertainty: Double

  /// CPU time.
  package init(seconds: Double, kernelSeconds: Double? = nil, uncertainty: Double = 0) {
    self.seconds = seconds
    self.kernelSeconds = kernelSeconds
    self.uncertainty = uncertainty
  }
}

/// What the kernel accounts to the targets while they are watched: what their samples should add up to.
///
/// Each process has a clock to the nanosecond, which includes threads that have ended. A process that was waited for has
/// left its time with its parent (`cutime`, `cstime`: in hundredths of a second), and so on up to the targets; one whose
/// parent had ended before has not, and counts as far as it was looked at.
///
///     target ──┬── clock ─────────────── waited-for children ─┐
///              ├── child (lives): its clock, its children     ├─► total
///              └── child's child, orphaned: its last reading ─┘
package struct CPUAccount: Sendable {
  private struct Process {
    var parent: Int32
    var birth: UInt64
    var first = ProcessTimes()
    var last = ProcessTimes()
    /// When `last` was read.
    var lookTime: UInt64
    /// When its last thread ended.
    var end: UInt64?
    /// Whether its parent lived on, to wait for it.
    var isParentsToCount = false
  }

  private let machine: MachineTimes?
  private let cpus: Double
  private let roots: [Int32]
  private var processes: [Int32: Process] = [:]
  /// Of processes that nobody of the tree can have waited for.
  private var departed = ProcessTimes()
  private var unseen: Double = 0

  /// Processes whose clocks are read, at most; of more, later ones count when they were waited for.
  private static let mostProcesses = 1024

  /// Begins to count what these processes use, and what they make; nil for all of the machine.
  package init(of targets: [Int32]?) {
    let now = MachineClock.monotonic
    let count = KernelLimits.onlineCPUs().count
    cpus = Double(count)
    machine = targets == nil ? MachineTimes(cpus: count) : nil
    roots = targets ?? []
    for pid in roots {
      let times = ProcessTimes(pid: pid) ?? ProcessTimes()
      processes[pid] = Process(parent: 0, birth: now, first: times, last: times, lookTime: now)
    }
  }

  // MARK: What records tell

  /// A process was born.
  package mutating func begin(_ pid: Int32, parent: Int32, time: UInt64) {
    guard machine == nil, processes.count < Self.mostProcesses else { return }
    // Whoever had the number was waited for.
    if processes[pid] != nil { settle(pid) }
    processes[pid] = Process(parent: parent, birth: time, lookTime: time)
  }

  /// All of a process's threads have ended.
  package mutating func end(_ pid: Int32, time: UInt64) {
    guard var process = processes[pid] else { return }
    process.end = time
    process.isParentsToCount = processes[process.parent].map { $0.end == nil } ?? false
    // A zombie's clock can still be read, but not of thousands at a time.
    processes[pid] = process.isParentsToCount && processes.count > Self.mostProcesses / 4 ? nil : process
  }

  // MARK: Looks at clocks

  /// Reads the targets' own clocks, so that little is missing when they end.
  package mutating func lookAtTargets() {
    for pid in roots { look(at: pid, readsChildren: false) }
  }

  /// Reads all clocks: those of children first, lest one that is just being waited for be missed.
  package mutating func look() {
    for pid in processes.keys.sorted(by: { processes[$0]?.birth ?? 0 > processes[$1]?.birth ?? 0 }) {
      look(at: pid, readsChildren: true)
    }
  }

  private mutating func look(at pid: Int32, readsChildren: Bool) {
    guard let process = processes[pid] else { return }
    if let clock = ProcessTimes.clock(of: pid) {
      processes[pid]?.last.own = clock
      processes[pid]?.lookTime = MachineClock.monotonic
      guard readsChildren, let parent = processes[pid]?.last.readStat(of: pid), process.parent != 0 else { return }
      // Not who made it, with CLONE_PARENT.
      processes[pid]?.parent = parent
      guard process.end != nil else { return }
      let isParentsToCount = processes[parent].map { $0.end == nil } ?? false
      processes[pid]?.isParentsToCount = isParentsToCount
    } else if process.parent != 0, process.end != nil {
      settle(pid)
    }
  }

  /// Takes a process that is gone off the book.
  private mutating func settle(_ pid: Int32) {
    guard let process = processes.removeValue(forKey: pid), !process.isParentsToCount else { return }
    departed.add(process.last, since: process.first)
    unseen += missing(process)
  }

  /// The most that a process can have used since it was looked at.
  private func missing(_ process: Process) -> Double {
    guard let end = process.end, end > process.lookTime else { return 0 }
    return Double(end - process.lookTime) / 1e9 * cpus
  }

  // MARK: Totals

  /// What was used so far, as of the last look; nil where it can't be known.
  ///
  /// - Parameter command: What the kernel told whoever waited for the command (`wait4`): it, and all that were waited
  ///   for below it.
  package func used(command: CPUTime? = nil) -> CPUTime? {
    if let machine { return machine.used }
    guard !roots.isEmpty else { return nil }
    var total = departed
    var uncertainty = unseen
    for (pid, process) in processes {
      if command != nil, roots.contains(pid) { continue }
      if process.end != nil, process.isParentsToCount, ProcessTimes.clock(of: pid) == nil { continue }
      total.add(process.last, since: process.first)
      if command == nil || !roots.contains(pid) { uncertainty += missing(process) }
    }
    var used = CPUTime(
      seconds: Double(total.own) / 1e9 + Double(total.children) / 1e9, kernelSeconds: Double(total.kernel) / 1e9,
      uncertainty: uncertainty)
    if let command {
      // The command's first steps, before it ran its program, were this process's.
      let before = roots.compactMap { processes[$0]?.first.own }.reduce(0, +)
      used.seconds += max(0, command.seconds - Double(before) / 1e9)
      used.kernelSeconds = command.kernelSeconds.map { $0 + Double(total.kernel) / 1e9 }
    }
    return used
  }
}
