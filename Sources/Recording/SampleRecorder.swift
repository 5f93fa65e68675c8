import ProfileModel
import RecordingSchema
import Sampling
import Unwinding

/// The middle of a sample's way: unwinds what a sampler sees and adds it to the log. Called on the polling thread.
struct SampleRecorder: SamplingHandler, ~Copyable {
  private(set) var log = RecordingLog()
  private(set) var modules = ModuleRegistry()
  private(set) var lost: UInt64 = 0
  private(set) var throttled: UInt64 = 0
  /// Late and damaged records so far, as the sampler counts them.
  var faults = SamplingFaults()
  private(set) var rooted: UInt64 = 0
  /// Sum of the samples' periods.
  private(set) var periods: UInt64 = 0
  /// When a process last began to run another program, CLOCK_MONOTONIC in nanoseconds.
  private(set) var lastExec: UInt64 = 0
  /// When a sample was last taken whose stack went on in live memory, CLOCK_MONOTONIC in nanoseconds.
  private(set) var lastLiveRead: UInt64 = 0

  private var unwinder: Unwinder
  private var unwound: UnwoundStack
  private var stack = StackRecorder()
  private var directory = ProcessDirectory()
  private(set) var narrowPrograms = NarrowPrograms()
  private let startTime: UInt64

  /// A recorder that counts time from `startTime`, CLOCK_MONOTONIC in nanoseconds.
  init(startTime: UInt64, options: RecordOptions) {
    self.startTime = startTime
    unwinder = Unwinder(options: Unwinder.Options(strategy: options.unwinding == .libunwind ? .libunwind : .tables))
    unwound = UnwoundStack(maxDepth: options.maxDepth)
  }

  /// Threads sampled so far.
  var threadCount: Int { directory.threadCount }

  mutating func sample(_ sample: borrowing RawSample) {
    if !unwinder.knows(sample.pid) { adopt(sample.pid) }
    let thread = directory.thread(sample.tid, of: sample.pid, log: &log)
    stack.begin()
    var isRooted = true
    if let registers = sample.registers {
      let end = unwinder.unwind(
        pid: sample.pid, tid: sample.tid, architecture: sample.architecture, registers: registers, stack: sample.stack,
        into: &unwound)
      if unwinder.wentLive { lastLiveRead = sample.time }
      if case .truncated(let reason) = end {
        isRooted = false
        stack.push(marker: Function.truncationMarker(reason).name, log: &log)
      }
      pushUserFrames(of: sample.pid, time: sample.time)
    } else if !directory.isKernelThread(sample.pid) {
      isRooted = false
      let reason: TruncationReason = sample.architecture == nil ? .narrowProgram : .noUserRegisters
      stack.push(marker: Function.truncationMarker(reason).name, log: &log)
    }
    pushKernelFrames(sample.kernelChain)
    if isRooted { rooted += 1 }
    if let kind = narrowPrograms.kind(pid: sample.pid, architecture: sample.architecture) {
      let process = log.tables.processes[log.tables.threads[thread.index].process.index]
      narrowPrograms.count(kind, name: process.name, isRooted: isRooted)
    }
    periods &+= sample.period
    let time = sample.time > startTime ? (sample.time - startTime) / 1000 : 0
    log.add(time: time, thread: thread, stack: stack.end())
  }

  mutating func event(_ event: ProcessEvent) {
    switch event {
    case .mapped(let pid, let mapping, _):
      map(mapping, pid: pid)
    case .forked(let pid, let tid, let parentPID, let parentTID, let time):
      directory.begin(tid: tid, pid: pid, parentTID: parentTID)
      if pid != parentPID {
        unwinder.fork(parent: parentPID, child: pid)
        modules.fork(parent: parentPID, child: pid, time: time)
        narrowPrograms.fork(parent: parentPID, child: pid)
      }
    case .renamed(let pid, let tid, let name, let isExec, let time):
      if isExec {
        lastExec = time
        unwinder.exec(pid: pid)
        modules.forget(pid)
        narrowPrograms.forget(pid)
      }
      directory.rename(tid: tid, pid: pid, to: name, isExec: isExec, log: &log)
    case .exited(let pid, let tid, _):
      if directory.end(tid: tid, pid: pid) {
        unwinder.exit(pid: pid)
        modules.forget(pid)
        narrowPrograms.forget(pid)
      }
    }
  }

  mutating func lost(_ count: UInt64, time: UInt64) { lost += count }

  mutating func throttled(time: UInt64) { throttled += 1 }

  /// Everything since the last chunk, with the counts so far.
  mutating func takeChunk(seconds: Double) -> Recording_Chunk {
    var chunk = log.takeChunk()
    chunk.counters = .with {
      $0.lost = lost
      $0.throttled = throttled
      $0.samples = log.sampleCount
      $0.durationSeconds = seconds
      $0.lateRecords = faults.late
      $0.malformedRecords = faults.malformed
      $0.ringCorruptions = faults.corruptions
    }
    return chunk
  }

  /// Lets go of everything but what naming the frames needs.
  consuming func dismantle() -> RecordedFrames {
    RecordedFrames(tables: log.tables, modules: modules, unwindTables: unwinder.tables)
  }

  // MARK: Parts

  /// A process that was not described, as under `-a`: reads its mappings while it lives.
  private mutating func adopt(_ pid: Int32) {
    unwinder.begin(pid: pid)
    guard let mappings = try? ProcessMaps.read(pid: pid, executableOnly: true) else { return }
    for mapping in mappings { map(mapping, pid: pid) }
  }

  private mutating func map(_ mapping: Mapping, pid: Int32) {
    // Every process has the page of obsolete system calls, which hardly one ever runs.
    guard mapping.isExecutable, mapping.path != "[vsyscall]" else { return }
    let (module, isNew) = modules.module(of: mapping, pid: pid, log: &log)
    if isNew, let image = modules.entries[Int(module)].image { unwinder.addImage(image, key: module) }
    if modules.entries[Int(module)].image?.isX32 == true { narrowPrograms.markX32(pid) }
    unwinder.map(pid: pid, mapping: mapping, module: modules.entries[Int(module)].image == nil ? nil : module)
  }

  private mutating func pushUserFrames(of pid: Int32, time: UInt64) {
    var index = unwound.frames.count - 1
    while index >= 0 {
      let frame = unwound.frames[index]
      if frame.module == UnwoundStack.Frame.noModule {
        let module = modules.moduleWithoutImage(at: frame.address, pid: pid, log: &log)
        let address = modules.recordedAddress(frame.statedLookupAddress, in: module, at: time)
        stack.push(module: module, address: address, log: &log)
      } else {
        stack.push(module: frame.module, address: frame.statedLookupAddress, log: &log)
      }
      if let elided = unwound.elided, elided.position == index {
        stack.push(marker: "[\(elided.count) frames elided]", log: &log)
      }
      index -= 1
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
