import Processes

/// Which processes a handler is told of, and what it was told: the book beside the records.
///
/// Processes that ran already are described by what the source tells, and so are those whose records were lost. Where
/// records of others come along too, those are dropped.
struct SampledProcesses {
  /// Whether records of other processes than the targets are dropped.
  let isFiltered: Bool
  /// Drops other processes' samples where they arise; nil where that can't be done.
  var filter: ProcessFilter?

  private let source: any ProcessSource
  private var tree = TargetTree()
  private var lastKnown: Int32 = 0
  private let startTicks = MachineClock.ticksSinceBoot
  /// The command that is yet to run its program.
  private var suspended: Int32?
  /// Threads' names of before the first sample, by process.
  private var earlyNames: [Int32: [(tid: Int32, name: String)]] = [:]

  init(isFiltered: Bool, source: any ProcessSource = LiveProcesses()) {
    self.isFiltered = isFiltered
    self.source = source
  }

  /// Lets a target's records through, where others' are dropped.
  mutating func admit(_ pids: [Int32]) {
    for pid in pids { tree.admit(pid, threads: source.threads(of: pid)) }
  }

  /// Drops the command's samples until it runs its program.
  mutating func awaitExec(of pid: Int32) { suspended = pid }

  /// Whether a process is known to be a target, or a child of one.
  func isTarget(_ pid: Int32) -> Bool { tree.contains(pid) }

  /// Whether any process that was let through still lives.
  var hasLiveProcess: Bool { tree.live.contains { source.stat(of: $0)?.isZombie == false } }

  /// Grows with each process that is let through.
  var births: Int { tree.births }

  // MARK: Descriptions

  /// Notes the names of all threads that there are, and returns their processes: when records begin to tell of births, and
  /// before anything is sampled, so that whoever is sampled has a name, however soon it ends.
  mutating func noteNames() -> [Int32] {
    for pid in source.processes() {
      earlyNames[pid] = source.threads(of: pid).compactMap { tid in
        source.name(ofThread: tid, of: pid).map { (tid, $0) }
      }
    }
    return earlyNames.keys.sorted()
  }

  /// Tells the handler what runs in a process: its threads' names and its mappings.
  mutating func describe(pid: Int32, handler: inout some SamplingHandler & ~Copyable) {
    let threads = source.threads(of: pid)
    var names = earlyNames.removeValue(forKey: pid) ?? []
    let known = Set(names.map(\.tid))
    for tid in threads where !known.contains(tid) {
      if let name = source.name(ofThread: tid, of: pid) { names.append((tid, name)) }
    }
    if !threads.isEmpty { tree.admit(pid, threads: threads) }
    for (tid, name) in names {
      handler.event(.renamed(pid: pid, tid: tid, name: name, isExec: false, time: MachineClock.monotonic))
    }
    guard !threads.isEmpty else { return tree.forget(pid) }
    guard let mappings = source.mappings(of: pid, executableOnly: true) else { return }
    let time = MachineClock.monotonic
    for mapping in mappings { handler.event(.mapped(pid: pid, mapping, time: time)) }
  }

  /// Describes every known process once more, since a record that changed one may be among those lost.
  mutating func describeAfterLoss(handler: inout some SamplingHandler & ~Copyable) {
    if isFiltered { admitUnknownChildren() }
    for pid in tree.live.sorted() { describe(pid: pid, handler: &handler) }
  }

  /// Takes in whoever was made by a process of the tree, as far as the source still tells, while its record was lost.
  ///
  /// Not who is older than the recording: a target's earlier children are none of it.
  private mutating func admitUnknownChildren() {
    var strangers: [(pid: Int32, parent: Int32)] = []
    for pid in source.processes() where !tree.contains(pid) {
      guard let stat = source.stat(of: pid), stat.startTicks > startTicks else { continue }
      strangers.append((pid, stat.parent))
    }
    while let position = strangers.firstIndex(where: { tree.live.contains($0.parent) }) {
      let pid = strangers.remove(at: position).pid
      filter?.admit(pid)
      tree.admit(pid, threads: source.threads(of: pid))
    }
  }

  // MARK: Records

  /// Whether a sample of this process is to be handed over; describes a process whose birth was lost first.
  mutating func wantsSample(of pid: Int32, handler: inout some SamplingHandler & ~Copyable) -> Bool {
    if pid != lastKnown {
      if !tree.contains(pid) {
        if isFiltered {
          filter?.drop(pid)
          return false
        }
        describe(pid: pid, handler: &handler)
      }
      lastKnown = pid
    }
    return pid != suspended
  }

  /// Whether a process's switches are to be handed over.
  func wantsSwitch(of pid: Int32) -> Bool {
    pid > 0 && pid != suspended && (pid == lastKnown || tree.contains(pid))
  }

  /// The processes that are known to live.
  var liveProcesses: [Int32] { tree.live.sorted() }

  /// Follows an event; whether it is to be handed over.
  mutating func wants(_ event: ProcessEvent) -> Bool {
    switch event {
    case .forked(let pid, let tid, let parent, _, _):
      if pid == tid {
        filter?.admit(pid)
        lastKnown = 0
      }
      return tree.begin(ThreadNumbers(pid: pid, tid: tid), parent: parent, admitsAll: !isFiltered)
    case .mapped(let pid, _, _):
      return !isFiltered || tree.contains(pid)
    case .renamed(let pid, _, _, let isExec, _):
      guard !isFiltered || tree.contains(pid) else { return false }
      if isExec {
        tree.exec(pid)
        if pid == suspended { suspended = nil }
      }
      return true
    case .exited(let pid, let tid, _):
      guard tree.contains(pid) || !isFiltered else {
        if pid == tid { filter?.admit(pid) }
        return false
      }
      _ = tree.end(ThreadNumbers(pid: pid, tid: tid))
      return true
    }
  }
}
