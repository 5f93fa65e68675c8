import ELF
import Processes
import ProfileModel
import RecordingFormat
import Sampling
import Symbolication
import Unwinding

/// The middle of a sample's way: unwinds what a sampler sees and adds it to the log. Called on the polling thread.
struct SampleRecorder: SamplingHandler, ~Copyable {
  var log = RecordingLog()
  var modules: ModuleRegistry
  /// Which threads are recorded; nil for all.
  private(set) var chosen: ChosenThreads?
  private(set) var lost: UInt64 = 0
  private(set) var throttled: UInt64 = 0
  /// Late and damaged records so far, as the sampler counts them.
  var faults = SamplingFaults()
  var rooted: UInt64 = 0
  /// Sum of the samples' periods.
  private(set) var periods: UInt64 = 0
  /// What the kernel accounts to the targets.
  var account: CPUAccount
  /// What the kernel accounts to each of their threads; nil where something else tells that, or there are none.
  var threadAccount: ThreadAccount?
  /// What whoever waited for the command was told that it used.
  var commandTime: CPUTime?
  /// Whether the samples' periods are nanoseconds of CPU time.
  var periodsAreTime = true
  /// What samples are of; empty for CPU time alone.
  var events: [SampledEvent] = [] {
    didSet { clock = events.isEmpty ? 0 : events.firstIndex { $0.measure == .cpuTime } }
  }
  /// The event whose periods are added up.
  private var clock: Int? = 0
  /// Programs whose sampling the kernel ended when they began, at most a few.
  private(set) var unwatched: [String] = []
  /// When a process last began to run another program, CLOCK_MONOTONIC in nanoseconds.
  private(set) var lastExec: UInt64 = 0

  /// When a sample was last taken whose stack went on beyond it, CLOCK_MONOTONIC in nanoseconds.
  var lastCut: UInt64 = 0
  /// Stacks that went on beyond their dumps: in pages that were copied with the sample, and in live memory.
  var deepStacks = DeepStacks()
  var taskNames = TaskNames()
  /// Stacks of async functions.
  var asyncStacks = AsyncStacks()
  /// Of those and of the ones that were cut, one of each thread, since they were last taken.
  var outgrown: [Int32: OutgrownStack] = [:]
  var unwinder: Unwinder
  var unwound: UnwoundStack
  var stack = StackRecorder()
  /// The live machine, or what a test makes up.
  let source: any MachineSource
  var processes: ProcessBook
  var directory = ProcessDirectory()
  var narrowPrograms = NarrowPrograms()
  var exec = ExecWork()
  var registered = RegisteredCode()
  /// Where processes keep their Swift tasks.
  var tasks = SwiftTasks()
  private var aging: ModuleAging
  /// Frames of the recording that are accounted for: those behind are seen for the first time.
  var knownFrames = 0
  /// What threads wait for; nil where that isn't sampled.
  var waits: WaitRecorder?
  let startTime: UInt64
  /// The processes that are recorded, and their children with them; none where it's the whole machine.
  let roots: Set<Int32>
  /// Where to ask for mappings, if they are not reported.
  var mappings: TracedMaps?

  /// A recorder that counts time from `startTime`, CLOCK_MONOTONIC in nanoseconds.
  ///
  /// - Parameter idleModules: Modules that are held although no process has them any more.
  init(
    startTime: UInt64, options: RecordOptions, source: any MachineSource = LiveProcesses(),
    idleModules: Int = ModuleAging.usualLimit
  ) {
    self.startTime = startTime
    aging = ModuleAging(limit: idleModules)
    chosen = options.threads.map { ChosenThreads($0) }
    self.source = source
    processes = ProcessBook(source: source)
    modules = ModuleRegistry(source: source)
    roots = Set(options.target.roots ?? [])
    account = CPUAccount(of: options.target.roots)
    if options.target.roots != nil, options.threads == nil, options.sampling.waits == .none {
      threadAccount = ThreadAccount()
    }
    unwinder = Unwinder(options: Unwinder.Options(strategy: options.unwinding == .libunwind ? .libunwind : .tables))
    unwound = UnwoundStack(maxDepth: options.maxDepth)
  }

  /// Threads sampled so far.
  var threadCount: Int { directory.threadCount }

  mutating func sample(_ sample: borrowing RawSample) {
    guard records(sample.tid, of: sample.pid) else {
      chosen?.leaveOut()
      return
    }
    if waits?.switchEvent == sample.event { return leave(sample) }
    var isRooted = true
    let thread = pushStack(of: sample, isRooted: &isRooted)
    pushKernelFrames(sample.kernelChain)
    if isRooted { rooted += 1 }
    if sample.event == clock { periods &+= sample.period }
    let time = sample.time > startTime ? (sample.time - startTime) / 1000 : 0
    log.add(
      time: time, thread: thread, stack: stack.end(), value: UInt32(truncatingIfNeeded: sample.event),
      weight: events.isEmpty ? 1 : sample.period)
    if knownFrames < log.tables.frames.count { keepNewModules(of: sample.pid) }
  }

  /// Whether a thread is one of those that are recorded.
  mutating func records(_ tid: Int32, of pid: Int32) -> Bool {
    guard chosen != nil else { return true }
    // Where no event tells of names, as under ptrace, one that was not chosen may be by now.
    let isTold = mappings == nil
    if let known = chosen?.contains(tid), known || isTold { return known }
    var name = processes.table.name(ofThread: tid, in: pid)
    if !isTold, let now = source.name(ofThread: tid, of: pid), now != name {
      event(.renamed(pid: pid, tid: tid, name: now, isExec: false, time: MachineClock.monotonic))
      name = now
    }
    return chosen?.contains(tid, named: name) ?? true
  }

  /// Notes that a thread's name may be another one.
  private mutating func forgetChoice(_ event: ProcessEvent) {
    switch event {
    case .renamed(_, _, _, isExec: true, _): chosen?.forgetAll()
    case .renamed(_, let tid, _, _, _), .forked(_, let tid, _, _, _), .exited(_, let tid, _): chosen?.forget(tid)
    case .mapped: break
    }
  }

  mutating func event(_ event: ProcessEvent) {
    // A thread's last wait is of the name that it had; whether it is recorded goes by the one that it has from now on.
    let followsFirst = if case .exited = event { true } else { chosen == nil }
    if followsFirst { follow(event) }
    let name = processes.table.knownName(before: event)
    let change = processes.apply(event)
    if let mark = ProfileMark(event, change?.change, name: name, since: startTime) { log.add(mark) }
    if chosen != nil { forgetChoice(event) }
    if !followsFirst { follow(event) }
    if let (change, over) = change {
      if let over {
        registered.forget(over)
        tasks.forget(over)
      }
      note(change, time: event.time)
    }
    if case .mapped(let pid, let mapping, let time) = event { map(mapping, in: processes.process(pid), time: time) }
  }

  /// Notes what became of a process as a whole.
  mutating func note(_ change: ProcessChange, time: UInt64) {
    switch change {
    case .began(let pid, let parent):
      account.begin(pid, parent: parent, time: time)
    case .replacedProgram:
      lastExec = time
    case .ended(let pid, let unstarted):
      account.end(pid, time: time)
      if let unstarted, unwatched.count < 8, !unwatched.contains(unstarted) { unwatched.append(unstarted) }
    }
  }

  mutating func lost(_ count: UInt64, time: UInt64) {
    lost += count
    if count > 0 { log.add(ProfileMark(.lost, time: time > startTime ? time - startTime : 0, count: count)) }
  }

  mutating func throttled(time: UInt64) { throttled += 1 }

  /// CPU time that the samples stand for; nil where their periods count something else.
  var sampledSeconds: Double? { periodsAreTime ? Double(periods) / 1e9 : nil }

  /// CPU time that the targets used, as of the account's last look; nil where it isn't known to a few per cent.
  var used: CPUTime? {
    // What the targets used is not what some of their threads did.
    guard chosen == nil, let used = account.used(command: commandTime) else { return nil }
    // What is known is less than was used, but may be enough to tell that samples are missing.
    let isKnown = used.uncertainty <= max(0.01, 0.02 * used.seconds) || used.seconds > sampledSeconds ?? .infinity
    return isKnown ? used : nil
  }

  /// Everything since the last window, with the counts so far.
  mutating func takeWindow(seconds: Double) -> RecordingWindow {
    settleWaits()
    var counters = RecordingCounters()
    counters.lost = lost
    counters.throttled = throttled
    counters.durationSeconds = seconds
    counters.lateRecords = faults.late
    counters.malformedRecords = faults.malformed
    counters.ringCorruptions = faults.corruptions
    counters.cpuSecondsUsed = used?.seconds
    counters.cpuSecondsSampled = sampledSeconds
    return log.takeWindow(counters)
  }

  /// Lets go of everything but what naming the frames needs that have no names yet.
  consuming func dismantle() -> RecordedFrames {
    let retired = modules.retired
    let wanted = retired.isEmpty ? nil : Set(modules.entries.indices.map { UInt32($0) }).subtracting(retired)
    return RecordedFrames(tables: log.tables, wanted: wanted, modules: modules, unwindTables: unwinder.tables)
  }

  /// Lets go of modules that no process has any more, once there are many; what their names take, to be found now.
  mutating func retireModules() -> [NamingWork] {
    guard modules.held.count > aging.limit else { return [] }
    let leaving = aging.leaving(of: modules.held, used: processes.modules)
    guard !leaving.isEmpty else { return [] }
    var addresses = [UInt32: [UInt64]](uniqueKeysWithValues: leaving.map { ($0, []) })
    let first = leaving.map { modules.entries[Int($0)].firstFrame }.min() ?? 0
    for row in first..<max(first, log.tables.frames.count) where log.tables.frames.modules[row] > 0 {
      addresses[log.tables.frames.modules[row] - 1]?.append(log.tables.frames.addresses[row])
    }
    let work = leaving.compactMap { module -> NamingWork? in
      let table = unwinder.removeImage(key: module)
      registered.forget(module: module)
      tasks.forget(module: module)
      guard let addresses = addresses[module], !addresses.isEmpty else { return nil }
      return NamingWork(
        module: module, recorded: log.tables.modules[Int(module)], entry: modules.entries[Int(module)],
        unwindTable: table, addresses: Set(addresses).sorted())
    }
    modules.retire(leaving)
    return work
  }

  /// What naming these addresses takes, of modules that have not left.
  func namingWork(_ due: [LiveNaming.Due]) -> [NamingWork] {
    due.compactMap { module, addresses in
      guard !addresses.isEmpty, !modules.retired.contains(module) else { return nil }
      return NamingWork(
        module: module, recorded: log.tables.modules[Int(module)], entry: modules.entries[Int(module)],
        unwindTable: nil, addresses: addresses)
    }
  }

  /// Forgets markers, frames and stacks, right behind a window: whatever refers to one must have been told.
  mutating func forgetStacks() {
    log.forgetStacks()
    stack = StackRecorder()
    knownFrames = 0
    modules.forgetFrames()
    waits?.forgetStacks()
  }

  /// Threads whose stacks went on beyond their samples, by number.
  mutating func takeOutgrownStacks() -> [OutgrownStack] {
    guard !outgrown.isEmpty else { return [] }
    defer { outgrown.removeAll(keepingCapacity: true) }
    return outgrown.values.sorted { $0.tid < $1.tid }
  }

  /// Finds out where processes keep their Swift tasks that have just loaded what makes them.
  mutating func findTasks() {
    let source = source
    tasks.findPending(unwinder: unwinder) { source.memory(of: $0) }
  }
}
