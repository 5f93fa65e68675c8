import ProfileModel
import UnwindTables

extension Unwinder {
  /// Walks a stack by compact rules; libunwind and frame pointers take over, for one frame, where there are none.
  func walkTables(
    from registers: UserRegisters, known: KnownRegisters, into stack: inout UnwoundStack
  ) -> StackEnd {
    var frame = FrameCursor(leaf: registers, known: known, in: context.registers, architecture: architecture)
    let generation = context.space.generation
    let slots = RegisterSlots.of(architecture)
    let memory = context.memory
    var lastWalk = takeLastWalk()
    defer { self.lastWalk = lastWalk }
    lastWalk.begin(generation: generation)
    var async = AsyncSearch(context, architecture)
    while stack.depth < Self.frameLimit {
      if frame.registers.unknown == 0,
        lastWalk.rejoins(frame, memory, registers: async.registers(frame), into: &stack)
      {
        if async.goesOn, let ahead = lastWalk.asyncAhead, let runtime = context.space.concurrency {
          findAsyncCallers(of: ahead.frame, at: stack.depth - ahead.index, runtime, into: &stack)
        }
        return .rooted
      }
      let address = frame.lookupAddress
      guard let entry = cache.entry(at: address, generation: generation) ?? findEntry(at: address) else {
        if stack.depth == 1, stepOutOfMistakenLeafI386(&frame, leaf: stack.frames[0], cfa: frame.sp) {
          lastWalk.dropTrail()
          continue
        }
        guard !frame.isReturnAddress else { return .truncated(.unmappedCode) }
        stack.append(unmapped: frame)
        lastWalk.dropTrail()
        if case .ended(let end) = stepOverWildCall(&frame) { return end }
        continue
      }
      if async.goesOn { search(&async, at: frame, module: entry.module, into: &stack, noting: &lastWalk) }
      let found = UnwoundStack.Frame(frame.place, module: entry.module, bias: entry.bias)
      stack.append(found)
      if entry.rule.isSignalFrame { stack.markLastAsInstructionPointer() }
      lastWalk.note(found, at: frame)
      if let registers = async.registers(frame) { lastWalk.note(registers) }
      if !dependsOnPointersOnly(entry.rule, frame) || frame.registers.unknown != 0 { lastWalk.dropTrail() }
      let outcome =
        entry.rule.isApplicable
        ? apply(entry, to: &frame, slots: slots, memory: memory, noting: &lastWalk)
        : stepWithoutRule(&frame, in: &stack, entry, slots: slots, noting: &lastWalk)
      guard case .ended(let end) = outcome else { continue }
      // What such a leaf has pushed may be zero, which looks like the root.
      if end == .rooted, stack.depth == 1, !entry.rule.isRoot,
        stepOutOfMistakenLeafI386(&frame, leaf: stack.frames[0], cfa: frame.sp &+ 4)
      {
        lastWalk.dropTrail()
        continue
      }
      if end == .rooted, !memory.wentLive { lastWalk.reachedRoot() } else { lastWalk.forget() }
      return end
    }
    lastWalk.forget()
    return .truncated(.depthLimit)
  }

  /// Whether a step by this rule needs nothing but the stack pointer, the frame pointer and the stack.
  @inline(__always)
  private func dependsOnPointersOnly(_ rule: UnwindRule, _ frame: FrameCursor) -> Bool {
    func isPointer(_ register: Int) -> Bool {
      register == Int(truncatingIfNeeded: frame.spNumber) || register == Int(truncatingIfNeeded: frame.fpNumber)
    }
    if rule.isRoot { return true }
    return rule.isApplicable && !rule.isSignalFrame && !rule.flags.contains(.returnAddressInRegister)
      && isPointer(rule.cfaRegister) && (rule.savesAreRelativeToCFA || isPointer(rule.saveBaseRegister))
  }

  /// Looks an address up in the process and in its module's table, and remembers the answer.
  func findEntry(at address: UInt64) -> CodeEntry? {
    guard let (region, image) = context.location(of: address), region.isExecutable else { return nil }
    if let image, !image.isOf(architecture) {
      // Not remembered: a process may run code of either kind, such as Wine's, and its own code finds the same place.
      return CodeEntry(
        address: address, generation: context.space.generation, module: region.module, bias: region.bias,
        rule: .uncovered)
    }
    let entry = CodeEntry(
      address: address, generation: context.space.generation, module: region.module, bias: region.bias,
      rule: image?.rule(at: address &- region.bias) ?? .uncovered)
    cache.insert(entry)
    return entry
  }

  /// Steps over a frame for which the tables have no rule.
  private func stepWithoutRule(
    _ frame: inout FrameCursor, in stack: inout UnwoundStack, _ entry: CodeEntry, slots: RegisterSlots,
    noting walk: inout WalkMemory
  ) -> StepOutcome {
    let image = context.image(entry.module)
    if image == nil {
      if let rule = generatedRule(at: frame) {
        var generated = entry
        generated.rule = rule
        return apply(generated, to: &frame, slots: slots, memory: context.memory, noting: &walk)
      }
      if stepByEpilogue(&frame) { return .stepped }
    }
    if let image, entry.rule.kind == .needsFallback, architecture == nativeArchitecture,
      let outcome = stepOnceWithLibunwind(&frame, image: image)
    {
      return outcome
    }
    return stepWithoutInfo(&frame, in: &stack, image: image)
  }

  /// Whether all registers that a rule needs are known.
  private func canApply(_ rule: UnwindRule, _ frame: FrameCursor) -> Bool {
    func knows(_ register: Int) -> Bool { frame.registers.knows(UInt8(truncatingIfNeeded: register)) }
    return knows(rule.cfaRegister) && (rule.savesAreRelativeToCFA || knows(rule.saveBaseRegister))
      && (!rule.flags.contains(.returnAddressInRegister) || knows(rule.returnAddressRegister))
  }

  /// Steps to the caller as a rule says.
  @inline(__always)
  private func apply(
    _ entry: CodeEntry, to frame: inout FrameCursor, slots: RegisterSlots, memory: TargetMemory,
    noting walk: inout WalkMemory
  ) -> StepOutcome {
    let rule = entry.rule
    if rule.isRoot { return stepOutOfAddressLoaderI386(&frame) ? .stepped : .ended(.rooted) }
    guard frame.registers.unknown == 0 || canApply(rule, frame) else { return .ended(.truncated(.registerUnknown)) }
    guard
      let cfa = rule.canonicalFrameAddress(
        register: frame.registers[UInt8(truncatingIfNeeded: rule.cfaRegister)], programCounter: frame.pc,
        wordSize: 1 &<< frame.wordShift,
        load: { address in
          let word = memory.word(at: address)
          if rule.isSignalFrame { memory.noteSwitch(savedAt: address) }
          if let word { walk.note(word, at: address) }
          return word
        })
    else { return .ended(.truncated(memory.failure)) }
    // A signal may have come in on another stack, and a leaf without frame, sampled or interrupted by a signal, has moved
    // nothing (AArch64).
    guard cfa > frame.sp || rule.isSignalFrame || !frame.isReturnAddress && cfa == frame.sp else {
      return .ended(.truncated(.noProgress))
    }
    let base = rule.savesAreRelativeToCFA ? cfa : frame.registers[UInt8(truncatingIfNeeded: rule.saveBaseRegister)]
    var returnAddress: UInt64
    var returnSlot: UInt64?
    var changed = rule.changedSlots
    if changed & 1 != 0 {
      let origin = rule.flags.contains(.returnAddressRelativeToCFA) ? cfa : base
      let slot = origin &+ UInt64(bitPattern: Int64(rule.slotWords(0) &<< Int(frame.wordShift)))
      guard let word = memory.word(at: slot) else {
        return .ended(.truncated(memory.failure))
      }
      returnAddress = word
      returnSlot = slot
      walk.note(word, at: slot)
    } else {
      returnAddress = frame.registers[UInt8(truncatingIfNeeded: rule.returnAddressRegister)]
    }
    returnAddress = withoutAuthentication(returnAddress)
    if !rule.isSignalFrame, returnAddress == 0 || !frame.isReturnAddress && isDoubtful(returnAddress, entry),
      let outcome = step(&frame, insteadOfReturningTo: returnAddress, at: returnSlot)
    {
      if case .stepped = outcome { walk.dropTrail() }
      return outcome
    }
    changed &= ~1
    var restored: UInt64 = 0
    while changed != 0 {
      let slot = changed.trailingZeroBitCount
      changed &= changed &- 1
      let words = rule.slotWords(slot)
      let place = base &+ UInt64(bitPattern: Int64(words &<< Int(frame.wordShift)))
      // Below the stack pointer: an epilogue has popped it already, which compilers don't always say. The register is as
      // the caller left it, and what lies there is nobody's.
      guard words != UnwindRule.undefinedSlot, place >= frame.sp || rule.isSignalFrame else { continue }
      guard let word = memory.word(at: place) else {
        return .ended(.truncated(memory.failure))
      }
      frame.registers[slots.numbers[slot]] = word
      restored |= 1 << UInt64(slots.numbers[slot])
      walk.note(word, at: place)
    }
    if frame.registers.unknown != 0 { frame.registers.unknown &= ~restored }
    frame.place = rule.isSignalFrame ? .programCounter(returnAddress) : .returnAddress(returnAddress)
    frame.sp = cfa
    return .stepped
  }

  /// Whether what a rule says of a leaf may be wrong: the address can't be returned to, or the rule is one that nothing
  /// which runs depends on.
  @inline(__always)
  private func isDoubtful(_ returnAddress: UInt64, _ entry: CodeEntry) -> Bool {
    !context.isPlausible(returnAddress: returnAddress) || context.image(entry.module)?.hasOnlyDebugFrame == true
  }

  /// Steps by what the code says where a rule leads nowhere or is doubtful; nil where the rule is all there is. `slot` is
  /// where the address was read from, nil for a register.
  ///
  /// A return address of zero is the root if the code, too, says that it is in this place: so begin threads and
  /// coroutines that others than libc make.
  private func step(
    _ frame: inout FrameCursor, insteadOfReturningTo address: UInt64, at slot: UInt64?
  ) -> StepOutcome? {
    if address == 0, slot.map({ codeReturns(by: $0, frame) }) ?? true { return .ended(.rooted) }
    if stepByCode(&frame) { return .stepped }
    return address == 0 ? .ended(.truncated(.callerNotProven)) : nil
  }
}
