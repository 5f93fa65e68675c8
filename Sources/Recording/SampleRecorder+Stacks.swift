import Processes
import ProfileModel
import RecordingFormat
import Sampling
import Symbolication
import Unwinding

/// A sample's stack: unwound, with the callers of async functions, as frames of the recording.
extension SampleRecorder {
  /// Unwinds a sample and puts its user frames on the stack at hand, whose thread it returns.
  mutating func pushStack(of sample: borrowing RawSample, isRooted: inout Bool) -> ThreadID {
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

  mutating func pushKernelFrames(_ chain: Span<UInt64>) {
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
