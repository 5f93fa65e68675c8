import ELF
import Processes
import ProfileModel
import RecordingFormat
import Sampling
import Symbolication
import Unwinding

/// The middle of a sample's way: unwinds what a sampler sees and adds it to the log. Called on the polling thread.
struct SampleRecorder: SamplingHandler, ~Copyable {
  private(set) var log = RecordingLog()
  private(set) var modules: ModuleRegistry
  private(set) var lost: UInt64 = 0
  private(set) var throttled: UInt64 = 0
  /// Late and damaged records so far, as the sampler counts them.
  var faults = SamplingFaults()
  private(set) var rooted: UInt64 = 0
  /// Sum of the samples' periods.
  private(set) var periods: UInt64 = 0
  /// What the kernel accounts to the targets.
  var account: CPUAccount
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
  private(set) var lastCut: UInt64 = 0
  /// Stacks that went on beyond their dumps: in pages that were copied with the sample, and in live memory.
  private(set) var deepStacks = DeepStacks()
  private var taskNames = TaskNames()
  /// Stacks of async functions.
  private(set) var asyncStacks = AsyncStacks()
  /// Of those and of the ones that were cut, one of each thread, since they were last taken.
  private var outgrown: [Int32: OutgrownStack] = [:]
  private var unwinder: Unwinder
  private var unwound: UnwoundStack
  private var stack = StackRecorder()
  /// The live machine, or what a test makes up.
  private let source: any MachineSource
  private var processes: ProcessBook
  private var directory = ProcessDirectory()
  private(set) var narrowPrograms = NarrowPrograms()
  private var exec = ExecWork()
  private var registered = RegisteredCode()
  /// Where processes keep their Swift tasks.
  var tasks = SwiftTasks()
  private var aging: ModuleAging
  /// Frames of the recording that are accounted for: those behind are seen for the first time.
  private var knownFrames = 0
  /// What threads wait for; nil where that isn't sampled.
  var waits: WaitRecorder?
  private let startTime: UInt64
  /// The processes that are recorded, and their children with them; none where it's the whole machine.
  private let roots: Set<Int32>
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
    self.source = source
    processes = ProcessBook(source: source)
    modules = ModuleRegistry(source: source)
    roots = Set(options.target.roots ?? [])
    account = CPUAccount(of: options.target.roots)
    unwinder = Unwinder(options: Unwinder.Options(strategy: options.unwinding == .libunwind ? .libunwind : .tables))
    unwound = UnwoundStack(maxDepth: options.maxDepth)
  }

  /// Threads sampled so far.
  var threadCount: Int { directory.threadCount }

  mutating func sample(_ sample: borrowing RawSample) {
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

  /// Unwinds a sample and puts its user frames on the stack at hand, whose thread it returns.
  private mutating func pushStack(of sample: borrowing RawSample, isRooted: inout Bool) -> ThreadID {
    let sampled = processes.sampled(sample.tid, of: sample.pid)
    let (process, hasEnded) = (sampled.process, sampled.hasEnded)
    if sample.registers != nil, !hasEnded { adopt(process) }
    let thread = directory.thread(sample.tid, of: sample.pid, in: &processes.table, log: &log)
    stack.begin()
    if let registers = sample.registers {
      let generated = modules.takeUnwinding(of: process, at: sample.time)
      if !generated.isEmpty {
        process.space.add(
          generated: generated.map { ($0.range, $0.time, $0.frames, $0.address) },
          architecture: sample.architecture ?? .host)
      }
      let end = unwind(sample, registers, in: process)
      note(end, of: sample, at: registers[UserRegisters.stackPointer(sample.architecture ?? .host)])
      var hasUserStack = true
      if case .truncated(let reason) = end {
        // There is none while a program is being loaded: the kernel's is all of it.
        hasUserStack = !exec.isUnderWay(sample.kernelChain)
        isRooted = !hasUserStack
        if hasUserStack { stack.push(.truncated(reason), log: &log) }
      }
      if hasUserStack {
        pushUserFrames(of: process, thread: sample.tid, time: sample.time)
        if unwound.callers.areWanted { isRooted = countAsync() }
      }
    } else if !hasEnded, !processes.table.isKernelThread(sample.pid) {
      isRooted = false
      let reason: TruncationReason = sample.architecture == nil ? .narrowProgram : .noUserRegisters
      stack.push(.truncated(reason), log: &log)
    }
    if let kind = NarrowPrograms.kind(of: sample.architecture, isX32: process.isX32) {
      narrowPrograms.count(kind, name: processes.table.name(of: sample.pid), isRooted: isRooted)
    }
    return thread
  }

  mutating func event(_ event: ProcessEvent) {
    follow(event)
    if let (change, over) = processes.apply(event) {
      if let over {
        registered.forget(over)
        tasks.forget(over)
      }
      note(change, time: event.time)
    }
    if case .mapped(let pid, let mapping, let time) = event { map(mapping, in: processes.process(pid), time: time) }
  }

  /// Notes what became of a process as a whole.
  private mutating func note(_ change: ProcessChange, time: UInt64) {
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

  mutating func lost(_ count: UInt64, time: UInt64) { lost += count }

  mutating func throttled(time: UInt64) { throttled += 1 }

  /// CPU time that the samples stand for; nil where their periods count something else.
  var sampledSeconds: Double? { periodsAreTime ? Double(periods) / 1e9 : nil }

  /// CPU time that the targets used, as of the account's last look; nil where it isn't known to a few per cent.
  var used: CPUTime? {
    guard let used = account.used(command: commandTime) else { return nil }
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

  // MARK: Waits

  /// A thread leaves its processor.
  private mutating func leave(_ sample: borrowing RawSample) {
    // A thread leaves for the last time behind its end; the idle task of each processor is nobody.
    guard sample.pid > 0, !processes.table.hasEnded(sample.tid),
      let reason = waits?.reasons.reason(of: sample.kernelChain)
    else { return }
    let stack = pushWait(sample, reason)
    waits?.account.leave(sample.tid, of: sample.pid, stack: stack, isRunnable: reason.isRunnable, at: sample.time)
  }

  mutating func waiting(_ sample: borrowing RawSample, for reason: WaitReason) {
    // What it did before, it did with another stack, where one is known.
    if waits?.account.knowsWait(of: sample.tid) == true { settleWaits(of: sample.tid, sample.pid) }
    let stack = pushWait(sample, reason)
    waits?.account.find(sample.tid, of: sample.pid, stack: stack, at: sample.time)
  }

  /// The stack of a thread that waits, with the reason at its end.
  private mutating func pushWait(_ sample: borrowing RawSample, _ reason: WaitReason) -> StackID? {
    var isRooted = true
    _ = pushStack(of: sample, isRooted: &isRooted)
    // A stack that is read later has none of the kernel's; where they are all that tells, they stay.
    if reason == .other { pushKernelFrames(sample.kernelChain) }
    stack.push(.waiting(reason), log: &log)
    let stack = stack.end()
    if !isRooted, let stack { waits?.cut.insert(stack) }
    if reason.isRunnable, let stack { waits?.ready.insert(stack) }
    if knownFrames < log.tables.frames.count { keepNewModules(of: sample.pid) }
    return stack
  }

  mutating func switched(_ change: ThreadSwitch) {
    if change.isIn {
      waits?.account.enter(change.tid, at: change.time)
    } else if change.isPreempted {
      waits?.account.preempt(change.tid)
    }
  }

  mutating func pace(_ switchesPerSample: UInt64) {
    settleWaits()
    waits?.account.setInterval(switchesPerSample)
  }

  private mutating func follow(_ event: ProcessEvent) {
    guard waits != nil else { return }
    switch event {
    case .renamed(let pid, let tid, _, _, _):
      if !processes.table.isKernelThread(pid) { waits?.account.meet(tid, of: pid) }
    case .forked(let pid, let tid, _, _, let time): waits?.account.begin(tid, of: pid, at: time)
    case .exited(let pid, let tid, let time):
      settleWaits(of: tid, pid, end: time)
      waits?.account.end(tid)
    case .mapped: break
    }
  }

  /// Settles threads that are sampled again and again, where not each switch is a sample.
  mutating func settleDueWaits() {
    for (tid, pid) in waits?.dueNumbers ?? [] { settleWaits(of: tid, pid) }
  }

  private mutating func settleWaits() {
    for (tid, pid) in waits?.account.numbers ?? [] { settleWaits(of: tid, pid) }
  }

  private mutating func settleWaits(of tid: Int32, _ pid: Int32, end: UInt64? = nil) {
    guard let shares = waits?.account.settle(tid, end: end), !shares.isEmpty else { return }
    guard let values = waits?.values else { return }
    let thread = directory.thread(tid, of: pid, in: &processes.table, log: &log)
    for share in shares {
      let stack: StackID
      if let known = share.stack {
        // Ready to run at the end of a wait, or blocked where it seemed to be ready: another end of the same stack.
        let endsReady = waits?.ready.contains(known) ?? false
        stack =
          endsReady == share.isRunnable
          ? known : log.stack(like: known, endingIn: .waiting(share.isRunnable ? .runnable : .unknown))
      } else {
        // Before its first turn a thread has no stack.
        let marker: FrameMarker = share.isRunnable ? .waiting(.runnable) : .truncated(.other("wait not observed"))
        stack = log.stack(parent: nil, frame: log.frame(of: marker))
      }
      let isCut = share.stack.map { waits?.cut.contains($0) ?? true } ?? !share.isRunnable
      let time = share.time > startTime ? (share.time - startTime) / 1000 : 0
      log.add(
        time: time, thread: thread, stack: stack, value: share.isRunnable ? values.runnable : values.blocked,
        weight: share.nanoseconds)
      if !isCut { rooted += 1 }
    }
  }

  // MARK: Parts

  /// Unwinds a sample; where code lies in no known mapping, mappings that were not reported are asked for first.
  private mutating func unwind(
    _ sample: borrowing RawSample, _ registers: UserRegisters, in process: TargetProcess
  ) -> StackEnd {
    let memory = source.memory(of: sample.tid)
    func walk() -> StackEnd {
      if tasks.isDue(process) { tasks.find(in: process, isSampled: true, memory: memory, unwinder: unwinder) }
      return unwinder.unwind(
        in: process.space, memory: memory, time: sample.time, motion: sample.motion, architecture: sample.architecture,
        registers: registers, known: sample.knownRegisters, stack: sample.stack, pages: sample.pages, into: &unwound)
    }
    var end = walk()
    if unwinder.metGeneratedCode, registered.isDue(process), registered.update(process, images: modules) {
      end = walk()
    }
    guard let mappings, let address = unwinder.unknownCode, end != .rooted || isLeafUnmapped else { return end }
    let news = mappings.news(of: sample.pid, for: address, time: sample.time)
    guard !news.isEmpty else { return end }
    for mapping in news { map(mapping, in: process, time: sample.time) }
    return walk()
  }

  /// Counts a stack that went on beyond its dump, and notes it for the sampler.
  private mutating func note(_ end: StackEnd, of sample: borrowing RawSample, at stackPointer: UInt64) {
    let isCut = end == .truncated(.stackDumpTooShort) || end == .truncated(.memoryNotSampled)
    if unwinder.usedPages { deepStacks.copied += 1 }
    if unwinder.wentLive { deepStacks.live += 1 }
    if isCut { lastCut = sample.time }
    guard isCut || unwinder.usedPages, isCut || outgrown[sample.tid] == nil else { return }
    outgrown[sample.tid] = OutgrownStack(
      pid: sample.pid, tid: sample.tid, stackPointer: stackPointer, isCut: isCut,
      other: end == .truncated(.stackDumpTooShort) ? nil : unwinder.lastSwitch)
  }

  private var isLeafUnmapped: Bool { unwound.frames.first?.module == UnwoundStack.Frame.unmapped }

  /// A process that was not described, as under `-a`: reads its mappings while it lives.
  private mutating func adopt(_ process: TargetProcess) {
    guard let mappings = processes.table.undescribedMappings(of: process.pid) else { return }
    let time = MachineClock.monotonic
    for mapping in mappings { map(mapping, in: process, time: time) }
  }

  private mutating func map(_ mapping: Mapping, in process: TargetProcess, time: UInt64) {
    // Every process has the page of obsolete system calls, which hardly one ever runs.
    guard mapping.isExecutable, mapping.path != "[vsyscall]", mapping.start < mapping.end else { return }
    // Text that was moved may begin with its file's header, and look like an image of its own.
    let isMemory = (!mapping.isFileBacked && mapping.path != "[vdso]") || mapping.isMemoryFile
    let range = mapping.start..<mapping.end
    var parts = isMemory ? movedText(in: range, of: process, time: time) : []
    var module: UInt32?
    if parts.isEmpty {
      let found = self.module(of: mapping, in: process, time: time)
      if let image = modules.entries[Int(found)].image {
        if image.isX32 { process.isX32 = true }
        module = found
      } else if !isMemory {
        // A file of huge pages, for instance.
        parts = movedText(in: range, of: process, time: time)
      }
    }
    unwinder.map(mapping, module: module, in: process.space)
    for part in parts {
      var moved = mapping
      (moved.start, moved.end) = (part.range.lowerBound, part.range.upperBound)
      unwinder.map(moved, module: part.module, bias: part.bias, in: process.space)
    }
  }

  private mutating func module(of mapping: Mapping, in process: TargetProcess, time: UInt64) -> UInt32 {
    let (module, isNew) = modules.module(of: .init(mapping: mapping, process: process, time: time), log: &log)
    if isNew, let image = modules.entries[Int(module)].image {
      unwinder.addImage(image, key: module)
      tasks.note(module: module, image: image)
    }
    tasks.noteMapping(of: module, in: process)
    return module
  }

  /// The parts of memory without a file that hold an image's code all the same.
  private mutating func movedText(
    in range: Range<UInt64>, of process: TargetProcess, time: UInt64
  ) -> [MovedText.Part] {
    process.movedText.cover(range, process.space.images(in: range))
    var candidates = process.movedText.coveredImages(in: range)
    if candidates.isEmpty {
      for neighbor in process.movedText.neighbors(of: range, pid: process.pid, in: source) {
        let module = module(of: neighbor, in: process, time: time)
        let biases = modules.entries[Int(module)].image?.biases(of: neighbor) ?? []
        candidates += biases.map { (module, $0) }
      }
    }
    for (module, bias) in candidates {
      guard let image = modules.entries[Int(module)].image else { continue }
      let parts = MovedText.parts(of: range, pid: process.pid, image: image, module: module, bias: bias)
      if !parts.isEmpty { return parts }
    }
    return []
  }

  /// Copies what may be rewritten when it is sampled for the first time.
  private mutating func keepNewModules(of pid: Int32) {
    let target = roots.contains(pid) ? pid : nil
    for row in knownFrames..<log.tables.frames.count {
      let module = log.tables.frames.modules[row]
      guard module > 0, let copy = modules.keep(module - 1, target: target) else { continue }
      unwinder.replaceImage(copy, key: module - 1)
    }
    knownFrames = log.tables.frames.count
  }

  private mutating func pushUserFrames(of process: TargetProcess, thread tid: Int32, time: UInt64) {
    var index = unwound.frames.count - 1
    let executor = unwound.executorPosition ?? -1
    while index >= 0 {
      if index == executor - 1 { pushAsyncCallers(of: process, thread: tid) }
      let frame = unwound.frames[index]
      if frame.module == UnwoundStack.Frame.unmapped {
        // Without any mapping it's the mappings that are missing.
        stack.push(process.space.hasCode ? .unmapped : .unknownCode, log: &log)
      } else if frame.module == UnwoundStack.Frame.noModule {
        let module = modules.moduleWithoutImage(at: frame.address, of: process, log: &log)
        let address = modules.recordedAddress(
          frame.statedLookupAddress, in: module, at: time,
          named: process.registered?.names.first(at: frame.statedLookupAddress, time: time) { $0 })
        stack.push(module: module, address: address, log: &log)
      } else {
        stack.push(module: frame.module, address: frame.statedLookupAddress, log: &log)
      }
      if let elided = unwound.elided, elided.position == index {
        stack.push(.elided(count: elided.count), log: &log)
      }
      index -= 1
    }
  }

  /// Counts a stack of an async function; whether all its callers are known.
  private mutating func countAsync() -> Bool {
    asyncStacks.samples += 1
    switch unwound.callers.end {
    case .task: break
    case .cut(.readLate):
      asyncStacks.complete += 1
      return false
    case .cut: return false
    }
    asyncStacks.complete += 1
    asyncStacks.inTime += 1
    return true
  }

  /// Adds who awaited the async function, and what stands for the executor that runs its task.
  private mutating func pushAsyncCallers(of process: TargetProcess, thread tid: Int32) {
    let callers = unwound.callers
    switch callers.end {
    case .task(let address, let flags):
      let name = taskNames.name(ofTask: address, flags: flags, of: process, memory: source.memory(of: tid))
      // On Linux it's the main thread that runs what is the main actor's.
      stack.push(name == nil && tid == process.pid ? .mainActor : .task(name: name), log: &log)
    case .cut(let gap): stack.push(.asyncGap(gap), log: &log)
    }
    for frame in callers.frames.reversed() {
      stack.push(module: frame.module, address: frame.statedLookupAddress, isAsyncCaller: true, log: &log)
    }
  }

  private mutating func pushKernelFrames(_ chain: Span<UInt64>) {
    guard !chain.isEmpty else { return }
    let kernel = modules.kernel(log: &log)
    var index = chain.count - 1
    while index >= 0 {
      // All but the leaf are return addresses.
      stack.push(module: kernel, address: index == 0 ? chain[0] : chain[index] &- 1, log: &log)
      index -= 1
    }
  }
}
