import BinaryReading
import CLinuxPerf
import Processes
import ProfileModel

/// Turns records into calls of a handler, and knows which processes the handler has been told of.
struct RecordDelivery {
  let layout: SampleLayout
  /// Tells the events apart, where there are several or where their periods stand nowhere.
  private let eventNumbers: EventNumbers
  /// Drops other processes' samples where they arise; nil where that can't be done.
  var filter: ProcessFilter?
  /// Whether records of other processes than the tree's are dropped.
  let isFiltered: Bool
  /// Records that contradict their own lengths; never seen from a kernel.
  private(set) var malformedRecords: UInt64 = 0
  /// The time of the newest loss that the processes have not been described anew after.
  private(set) var lossTime: UInt64?

  /// The processes that the handler knows.
  private var tree = TargetTree()
  private var lastKnown: Int32 = 0
  private let startTicks = MachineClock.ticksSinceBoot
  /// The command that is yet to run its program.
  private var suspended: Int32?
  /// Who ended last on each CPU: its number is gone before its last instruction.
  private var lastEnds: [UInt32: ThreadNumbers] = [:]

  /// What brings more of a stack than a record holds.
  private let follower: StackFollower?

  init(
    layout: SampleLayout, eventNumbers: EventNumbers = EventNumbers(), isFiltered: Bool,
    follower: StackFollower? = nil
  ) {
    self.layout = layout
    self.eventNumbers = eventNumbers
    self.follower = follower
    self.isFiltered = isFiltered
  }

  /// Lets a target's records through, where others' are dropped.
  mutating func admit(_ pids: [Int32]) {
    for pid in pids { tree.admit(pid, threads: ProcessStatus.threads(of: pid)) }
  }

  /// Drops the command's samples until it runs its program.
  mutating func awaitExec(of pid: Int32) { suspended = pid }

  /// Whether any process that was let through still lives.
  var hasLiveProcess: Bool { tree.live.contains { (try? ProcessStatus(pid: $0))?.isZombie == false } }

  /// Grows with each process that is let through.
  var births: Int { tree.births }

  /// Tells the handler what runs in a process: its threads' names and its mappings.
  mutating func describe(pid: Int32, handler: inout some SamplingHandler & ~Copyable) {
    let threads = ProcessStatus.threads(of: pid)
    guard !threads.isEmpty else { return tree.forget(pid) }
    tree.admit(pid, threads: threads)
    for tid in threads {
      guard let name = ProcessStatus.threadName(pid: pid, tid: tid) else { continue }
      handler.event(.renamed(pid: pid, tid: tid, name: name, isExec: false, time: MachineClock.monotonic))
    }
    guard let mappings = try? ProcessMaps.read(pid: pid, executableOnly: true) else { return }
    let time = MachineClock.monotonic
    for mapping in mappings { handler.event(.mapped(pid: pid, mapping, time: time)) }
  }

  /// Describes every known process once more, since a record that changed one may be among those lost.
  mutating func describeAfterLoss(handler: inout some SamplingHandler & ~Copyable) {
    lossTime = nil
    if isFiltered { admitUnknownChildren() }
    for pid in tree.live.sorted() { describe(pid: pid, handler: &handler) }
  }

  /// Takes in whoever was made by a process of the tree, as far as `/proc` still tells, while its record was lost.
  ///
  /// Not who is older than the recording: a target's earlier children are none of it.
  private mutating func admitUnknownChildren() {
    var strangers: [(pid: Int32, parent: Int32)] = []
    for pid in ProcessStatus.allProcesses() where !tree.contains(pid) {
      guard let stat = ThreadStat(of: pid), stat.startTicks > startTicks else { continue }
      strangers.append((pid, stat.parent))
    }
    while let position = strangers.firstIndex(where: { tree.live.contains($0.parent) }) {
      let pid = strangers.remove(at: position).pid
      filter?.admit(pid)
      tree.admit(pid, threads: ProcessStatus.threads(of: pid))
    }
  }

  /// Hands one record over.
  mutating func deliver(
    type: UInt32, misc: UInt16, bytes: RawSpan, handler: inout some SamplingHandler & ~Copyable
  ) {
    do {
      if type == PERF_RECORD_SAMPLE.rawValue { return try deliver(sample: bytes, handler: &handler) }
      switch try PerfRecord.parse(type: type, misc: misc, bytes: bytes, layout: layout) {
      case .event(let event):
        if case .exited(let pid, let tid, _) = event {
          lastEnds[try bytes.load(at: bytes.byteCount - 8)] = ThreadNumbers(pid: pid, tid: tid)
        }
        deliver(event, handler: &handler)
      case .lost(let count, let time):
        lossTime = time
        handler.lost(count, time: time)
      case .throttled(let time): handler.throttled(time: time)
      case .ignored: break
      }
    } catch {
      malformedRecords += 1
    }
  }

  private mutating func deliver(
    sample bytes: RawSpan, handler: inout some SamplingHandler & ~Copyable
  ) throws(BinaryReadingError) {
    var pid: Int32 = try bytes.load(at: 8)
    var owner: ThreadNumbers?
    let tid: Int32 = try bytes.load(at: 12)
    func skip() throws(BinaryReadingError) {
      follower?.skipPages(cpu: try bytes.load(at: layout.cpuOffset), time: try bytes.load(at: 16))
    }
    if pid < 0 || tid < 0 {
      owner = lastEnds[try bytes.load(at: layout.cpuOffset)]
      guard let owner else { return try skip() }
      pid = owner.pid
    }
    if pid != lastKnown {
      if !tree.contains(pid) {
        if isFiltered {
          filter?.drop(pid)
          return try skip()
        }
        // Its birth was lost.
        describe(pid: pid, handler: &handler)
      }
      lastKnown = pid
    }
    if pid == suspended { return try skip() }
    guard let event = try eventNumbers.event(of: bytes, layout: layout) else { return malformedRecords += 1 }
    var itsLayout = layout
    itsLayout.hasPeriod = event.period == nil
    let sample = try RawSample(
      perfRecord: bytes, layout: itsLayout, owner: owner, event: event.index, period: event.period ?? 0)
    if let follower, eventNumbers.hasPages(event.index) {
      follower.withPages(of: sample) { handler.sample(RawSample(sample, with: $0)) }
    } else {
      handler.sample(sample)
    }
  }

  private mutating func deliver(_ event: ProcessEvent, handler: inout some SamplingHandler & ~Copyable) {
    switch event {
    case .forked(let pid, let tid, let parent, _, _):
      if pid == tid {
        filter?.admit(pid)
        lastKnown = 0
      }
      guard tree.begin(ThreadNumbers(pid: pid, tid: tid), parent: parent, admitsAll: !isFiltered) else { return }
    case .mapped(let pid, _, _):
      if isFiltered, !tree.contains(pid) { return }
    case .renamed(let pid, _, _, let isExec, _):
      if isFiltered, !tree.contains(pid) { return }
      if isExec {
        tree.exec(pid)
        if pid == suspended { suspended = nil }
      }
    case .exited(let pid, let tid, _):
      guard tree.contains(pid) || !isFiltered else {
        if pid == tid { filter?.admit(pid) }
        return
      }
      _ = tree.end(ThreadNumbers(pid: pid, tid: tid))
    }
    handler.event(event)
  }
}
