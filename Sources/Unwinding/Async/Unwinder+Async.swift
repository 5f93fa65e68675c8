import ELF
import ProfileModel

/// Who awaited an async function, from the contexts of its task.
///
///     thread's stack                       task's memory
///     leaf                                 ┌ parent ─► ┌ parent ─► ┌ 0
///     …                                    └ resume    └ resume    └ completes the task
///     async function ── context (r14) ──►  in its caller, in the caller's caller …
///     swift_job_run …
///
/// Async functions leave no return address on the stack: they are jumped to, and what has called the one at the bottom is
/// what runs the task's jobs. Its context is what tells of its callers. While a function awaits another, the other's context
/// lies in `r14`, and so it does in the first instructions of the part that goes on after that.
extension Unwinder {
  /// Chains that are longer are being led around.
  private static let callerLimit = 1 << 11
  /// Bytes of a frame in which a context is looked for, and calls between two that are.
  private static let (spillLimit, spillDistance): (UInt64, Int) = (4_096, 16)

  /// Finds out who awaited the function of a frame; the stack goes on in code that runs jobs.
  ///
  /// - Parameter position: How many frames the stack has from the leaf to that one, and with it.
  func findAsyncCallers(
    of frame: AsyncFrame, at position: Int, _ runtime: ConcurrencyRuntime, into stack: inout UnwoundStack
  ) {
    stack.callers.position = position
    findCallers(of: frame, runtime, into: &stack)
    // What the runtime does before and after a task's function is nobody's callee.
    if case .cut = stack.callers.end, runtime.isOwnCode(frame.place.address) { stack.callers.removeAll() }
  }

  private func findCallers(of frame: AsyncFrame, _ runtime: ConcurrencyRuntime, into stack: inout UnwoundStack) {
    switch context.memory.motion {
    case .runningOn:
      guard var task = CopiedTask(level: 0, in: context.memory) else {
        return findLate(frame, runtime, into: &stack.callers)
      }
      var isCutShort = false
      guard
        let own = ownContext(
          of: frame, runtime, isNewest: { $0 == task.newest(in: context.memory) },
          extent: { task.extent(in: context.memory) },
          { address in
            var task = task
            let found = task.context(at: address, in: context.memory)
            if task.isCutShort { isCutShort = true }
            return found
          })
      else {
        stack.callers.end = .cut(isCutShort ? .tooMany : .noContext)
        return
      }
      stack.callers.end = follow(from: own, in: &task, runtime, into: &stack.callers)
    case .standingStill:
      let source = LiveContexts(context.memory)
      guard
        let own = ownContext(
          of: frame, runtime, isNewest: { _ in false }, extent: { 0...UInt64.max }, { source.context(at: $0, runtime) })
      else {
        stack.callers.end = .cut(.noContext)
        return
      }
      stack.callers.end = follow(from: own, in: source, runtime, into: &stack.callers)
    }
  }

  /// Reads the callers now, of a thread that runs on: what is found may be of another time, and is marked so.
  private func findLate(_ frame: AsyncFrame, _ runtime: ConcurrencyRuntime, into callers: inout AsyncCallers) {
    let source = LiveContexts(context.memory)
    guard
      let own = ownContext(
        of: frame, runtime, isNewest: { _ in false }, extent: { 0...UInt64.max }, { source.context(at: $0, runtime) }),
      case .task = follow(from: own, in: source, runtime, into: &callers)
    else {
      callers.frames.removeAll(keepingCapacity: true)
      return
    }
    callers.end = .cut(.readLate)
  }

  /// Looks whether an async function is on a stack of a thread whose task was not copied, though it should have been.
  func noteMissingTask(in stack: inout UnwoundStack) {
    guard let runtime = context.space.concurrency, !stack.callers.areWanted, stack.frames.count > 1 else { return }
    for index in 1..<stack.frames.count {
      let frame = stack.frames[index]
      guard frame.module == runtime.module, runtime.runsJobs(at: frame.address &- 1) else { continue }
      // A job's function is called through a pointer; the others are the runtime's.
      guard case .indirectCall = context.place(frame.address).preceding,
        !runtime.isOwnCode(stack.frames[index - 1].address)
      else { return }
      stack.callers.position = index + (stack.elided.map { index > $0.position ? $0.count : 0 } ?? 0)
      return
    }
  }

  // MARK: The context of the running function

  /// The context that belongs to the function of a frame; nil where none is found that is one.
  private func ownContext(
    of frame: AsyncFrame, _ runtime: ConcurrencyRuntime, isNewest: (UInt64) -> Bool,
    extent: () -> ClosedRange<UInt64>, _ lookUp: (UInt64) -> CopiedTask.Context?
  ) -> UInt64? {
    // Functions allocate other things as well where they keep contexts.
    func context(_ address: UInt64) -> CopiedTask.Context? {
      guard let found = lookUp(address) else { return nil }
      let isOne = found.parent == 0 ? runtime.code.contains(found.resume) : callerFrame(found.resume) != nil
      return isOne ? found : nil
    }
    let part = part(of: frame)
    if let saved = frame.savedContext(in: self.context.memory), let found = context(saved) {
      // Until the function has stored its own there, it's that of the function that it has awaited.
      return part.map { $0.isBeforeStore(frame) && found.resume == $0.range.lowerBound } == true ? found.parent : saved
    }
    guard frame.knowsContext else { return nil }
    guard let found = context(frame.context) else { return spilledContext(of: frame, in: part, extent(), context) }
    guard let part, found.parent != 0 else { return frame.context }
    // What goes on here after an await has its callee's in the register at first.
    if found.resume == part.range.lowerBound, !frame.place.isReturnAddress, part.isBeforeStore(frame) {
      return found.parent
    }
    // A function about to jump to the one that it awaits has made that one's context, which leads back to a part of it.
    guard !frame.place.isReturnAddress, isNewest(frame.context), part.refers(to: found.resume) else {
      return frame.context
    }
    let isRecursive = part.jumpsToItself || context(found.parent).map { part.refers(to: $0.resume) } == true
    guard isRecursive else { return found.parent }
    // A context of its own leads back there as well; the other one's is in the register right before the jump.
    return part.hasJustLoadedContext(frame) ? found.parent : frame.context
  }

  /// The context of a function that keeps it elsewhere meanwhile: in another register or its frame. Nil unless those that are
  /// there belong to one chain, of which it is the newest. None lies outside of `extent`.
  private func spilledContext(
    of frame: AsyncFrame, in part: AsyncPart?, _ extent: ClosedRange<UInt64>,
    _ context: (UInt64) -> CopiedTask.Context?
  ) -> UInt64? {
    var newest: UInt64?
    func isAwaited(_ address: UInt64, by caller: UInt64) -> Bool {
      var address = address
      for _ in 0..<Self.spillDistance {
        guard let found = context(address), found.parent != 0 else { return false }
        if found.parent == caller { return true }
        address = found.parent
      }
      return false
    }
    func belongs(_ address: UInt64) -> Bool {
      guard address & 15 == 0, address > 0xFFFF, address != newest, let found = context(address) else { return true }
      // One that leads back here is that of a function that was called.
      if let part, found.resume == part.range.lowerBound || part.refers(to: found.resume) { return true }
      guard let known = newest else {
        newest = address
        return true
      }
      if isAwaited(known, by: address) { return true }
      guard isAwaited(address, by: known) else { return false }
      newest = address
      return true
    }
    for index in frame.others.indices {
      let register = frame.others[index]
      if extent.contains(register), !belongs(register) { return nil }
    }
    let size = min(frame.callerStackPointer &- frame.sp, Self.spillLimit)
    for offset in stride(from: 0, to: size, by: 8) {
      guard let word = self.context.memory.word(at: frame.sp &+ offset), extent.contains(word) else { continue }
      if !belongs(word) { return nil }
    }
    return newest
  }

  /// The part of a function that a frame is in, by the image's unwind information: each has an entry of its own.
  private func part(of frame: AsyncFrame) -> AsyncPart? {
    let address = frame.place.lookupAddress
    guard let (region, image) = context.location(of: address), let image,
      let range = image.functionRange(containing: address &- region.bias)
    else { return nil }
    guard let actual = range.moved(by: region.bias) else { return nil }
    if let known = asyncParts[actual.lowerBound], known.generation == context.space.generation { return known }
    let count = Int(clamping: min(range.upperBound - range.lowerBound, AsyncPart.codeLimit))
    let code = (try? image.image.read(address: range.lowerBound, count: count)) ?? []
    let part = AsyncPart(range: actual, code: code, generation: context.space.generation)
    if asyncParts.count >= AsyncPart.limit { asyncParts.removeAll(keepingCapacity: true) }
    asyncParts[actual.lowerBound] = part
    return part
  }

  // MARK: Its callers

  /// Adds the callers that a copied task tells of, from a context on, and those of the tasks that wait for it.
  private func follow(
    from own: UInt64, in task: inout CopiedTask, _ runtime: ConcurrencyRuntime, into callers: inout AsyncCallers
  ) -> AsyncCallers.End {
    var (address, level) = (own, 0)
    while true {
      if let gap = follow(from: address, runtime, into: &callers, { task.context(at: $0, in: context.memory) }) {
        return .cut(gap == .brokenChain && task.isCutShort ? .tooMany : gap)
      }
      let flags = task.word(at: TaskLayout.flags, in: context.memory)
      let end = AsyncCallers.End.task(address: task.address, flags: flags)
      guard flags & TaskLayout.isChild != 0 else { return end }
      guard level + 1 < TaskPage.levels else { return .cut(.tooMany) }
      level += 1
      guard let parent = CopiedTask(level: level, in: context.memory),
        parent.address == task.word(at: Int(clamping: runtime.slot.taskSize), in: context.memory)
      else { return .cut(.tooMany) }
      switch suspension(of: parent, runtime) {
      case .running: return end
      case .hasRun: return .cut(.parentRan)
      case .suspended(let function):
        task = parent
        let found = task.resumeContext(in: context.memory)
        if !runtime.isOwnCode(function), found.resume != function, let frame = callerFrame(function) {
          callers.frames.append(frame)
        }
        guard found.parent != 0 else { return .cut(.brokenChain) }
        guard let frame = callerFrame(found.resume) else { return .cut(.callerInNoCode) }
        callers.frames.append(frame)
        address = found.parent
      }
    }
  }

  private enum Suspension {
    case running
    case hasRun
    case suspended(function: UInt64)
  }

  /// Where a task that waits will go on, if it did so all the time that it was copied.
  private func suspension(of task: CopiedTask, _ runtime: ConcurrencyRuntime) -> Suspension {
    let memory = context.memory
    let status = Int(clamping: runtime.slot.allocatorOffset) - TaskLayout.statusBeforeAllocator
    if task.word(at: status, in: memory) & TaskLayout.isRunning != 0 { return .running }
    for index in 0..<4 where task.word(at: status + 8 * index, in: memory) != task.word(recheckedAt: index, in: memory)
    {
      return .hasRun
    }
    return .suspended(function: task.word(at: TaskLayout.resumeFunction, in: memory))
  }

  /// The same of a task whose thread stands still.
  private func follow(
    from own: UInt64, in source: LiveContexts, _ runtime: ConcurrencyRuntime, into callers: inout AsyncCallers
  ) -> AsyncCallers.End {
    var (address, level) = (own, 0)
    while true {
      var last = address
      let gap = follow(from: address, runtime, into: &callers) {
        last = $0
        return source.context(at: $0, runtime)
      }
      if let gap { return .cut(gap) }
      guard let task = source.task(ofInitialContext: last, runtime), let flags = source.word(at: task &+ 32) else {
        return .cut(.brokenChain)
      }
      let end = AsyncCallers.End.task(address: task, flags: flags)
      guard flags & TaskLayout.isChild != 0 else { return end }
      level += 1
      let status = runtime.slot.allocatorOffset &- UInt64(TaskLayout.statusBeforeAllocator)
      guard level < TaskPage.levels, let parent = source.word(at: task &+ runtime.slot.taskSize),
        let function = source.word(at: parent &+ UInt64(TaskLayout.resumeFunction)),
        let context = source.word(at: parent &+ UInt64(TaskLayout.resumeContext)),
        let state = source.word(at: parent &+ status)
      else { return .cut(.tooMany) }
      guard state & TaskLayout.isRunning == 0 else { return end }
      if !runtime.isOwnCode(function), source.context(at: context, runtime)?.resume != function,
        let frame = callerFrame(function)
      {
        callers.frames.append(frame)
      }
      address = context
    }
  }

  /// Adds the callers from a context on, until the task's first; nil if that was reached.
  private func follow(
    from own: UInt64, _ runtime: ConcurrencyRuntime, into callers: inout AsyncCallers,
    _ context: (UInt64) -> CopiedTask.Context?
  ) -> AsyncGap? {
    var address = own
    for _ in 0..<Self.callerLimit {
      guard let found = context(address) else { return .brokenChain }
      if found.parent == 0 { return runtime.code.contains(found.resume) ? nil : .brokenChain }
      guard let frame = callerFrame(found.resume) else { return .callerInNoCode }
      callers.frames.append(frame)
      address = found.parent
    }
    return .tooMany
  }

  /// The frame of a function that will go on at an address; nil where no code is.
  private func callerFrame(_ address: UInt64) -> UnwoundStack.Frame? {
    guard let entry = cache.entry(at: address, generation: context.space.generation) ?? findEntry(at: address) else {
      return nil
    }
    return UnwoundStack.Frame(.programCounter(address), module: entry.module, bias: entry.bias)
  }

  /// Makes it known that a process has loaded the concurrency runtime. `called` are functions that its `runners` call, of
  /// which one runs the job: stated addresses.
  package func use(_ runtime: ConcurrencyRuntime, called: [UInt64], bias: UInt64, in space: AddressSpace) {
    var runtime = runtime
    if let image = context.image(runtime.module) {
      for address in called where image.isFunctionStart(address) {
        guard let range = image.functionRange(containing: address)?.moved(by: bias) else { continue }
        runtime.runners.append(range)
      }
    }
    space.concurrency = runtime
  }
}
