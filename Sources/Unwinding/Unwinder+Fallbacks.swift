import ProfileModel

extension Unwinder {
  /// Steps over a frame that no unwind information covers: what the kernel and libc push is told by its code, and
  /// everything else goes by its frame pointer.
  func stepWithoutInfo(
    _ frame: inout FrameCursor, in stack: inout UnwoundStack, image: UnwindImage?
  ) -> StepOutcome {
    if architecture == .i386 { return stepWithoutInfoI386(&frame, in: &stack, image: image) }
    switch context.knownCode(at: frame.pc) {
    case .signalTrampoline:
      stack.markLastAsInstructionPointer()
      return stepOverSignal(&frame)
    case .coroutineStart:
      stack.markLastAsInstructionPointer()
      return .ended(.rooted)
    case .threadStart:
      return .ended(.rooted)
    case .ordinary:
      break
    case .linkageStub(let offset):
      // Nothing returns to a stub: only a leaf, or a frame that was interrupted, can be in one.
      guard !frame.isReturnAddress else { break }
      return stepOverCall(&frame, returnAddressOffset: UInt64(offset))
    }
    if let outcome = stepOverGoSwitch(&frame, image: image) { return outcome }
    // What follows goes by the frame pointer, or takes its value for a sign.
    guard frame.registers.knows(frame.fpNumber) else {
      return .ended(context.isEntryPoint(frame.pc) ? .rooted : .truncated(.registerUnknown))
    }
    if !frame.isReturnAddress, stepOverFreshCall(&frame) { return .stepped }
    if context.isEntryPoint(frame.pc) || isNewborn(frame) { return .ended(.rooted) }
    let outcome = stepByFramePointer(&frame, isLeaf: stack.depth == 1, image: image)
    // A frame pointer that is zero may be no more than a register that nobody has used since the start.
    if case .ended = outcome, stepOverStartup(&frame) { return .stepped }
    return outcome
  }

  private func stepOverSignal(_ frame: inout FrameCursor) -> StepOutcome {
    let sp = frame.sp
    for (number, offset) in context.known.savedRegisters {
      if number == frame.spNumber { context.memory.noteSwitch(savedAt: sp &+ offset) }
      guard let value = context.memory.word(at: sp &+ offset) else {
        return .ended(.truncated(context.memory.failure))
      }
      frame.registers[number] = value
      frame.registers.unknown &= ~(1 << UInt64(number))
    }
    frame.isReturnAddress = false
    return .stepped
  }

  /// Steps out of a function that was interrupted before it had set up its frame, or that needs none: the return address
  /// is on top of the stack, or below one word (a saved frame pointer, alignment), and a call precedes it.
  ///
  /// Its frame pointer is still the caller's, so that following it would pass over the caller.
  private func stepOverFreshCall(_ frame: inout FrameCursor) -> Bool {
    guard architecture == .x86_64 else { return false }
    // With the frame record on top of the stack the frame is set up, and its frame pointer is the way out.
    guard frame.fp != frame.sp else { return false }
    for offset in [0, 8] as [UInt64] {
      guard let address = context.memory.word(at: frame.sp &+ offset), context.isPlausible(returnAddress: address),
        context.isBehindCall(address)
      else { continue }
      frame.pc = address
      frame.sp &+= offset &+ 8
      frame.isReturnAddress = true
      return true
    }
    return false
  }

  /// Whether a thread has just been born: it is behind the system call that made it, which returned 0. libc ends the
  /// unwind information there, since in the child there is no caller.
  private func isNewborn(_ frame: FrameCursor) -> Bool {
    architecture == .x86_64 && !frame.isReturnAddress && frame.registers[0] == 0
      && context.isBehindSystemCall(frame.pc)
  }

  /// Follows the frame record (both ABIs: caller's frame pointer, then the return address) if it can be one.
  private func stepByFramePointer(_ frame: inout FrameCursor, isLeaf: Bool, image: UnwindImage?) -> StepOutcome {
    let record = frame.fp
    // Both ABIs mark the outermost frame by a zero frame pointer; a leaf's may be anything.
    if record == 0, !isLeaf { return .ended(.rooted) }
    let reason: TruncationReason = image.map { .noUnwindInfo(module: $0.name) } ?? .implausibleFramePointer
    guard record & 7 == 0, isAbove(record, frame) else { return .ended(.truncated(reason)) }
    guard let caller = context.memory.word(at: record), let address = context.memory.word(at: record &+ 8) else {
      return .ended(.truncated(context.memory.failure == .stackDumpTooShort ? .stackDumpTooShort : reason))
    }
    let returnAddress = withoutAuthentication(address)
    if returnAddress == 0 { return .ended(.rooted) }
    guard context.isPlausible(returnAddress: returnAddress) else { return .ended(.truncated(reason)) }
    frame.pc = returnAddress
    frame.fp = caller
    frame.sp = record &+ 16
    frame.isReturnAddress = true
    return .stepped
  }

  /// Whether a frame record lies where the stack goes on: above the stack pointer, on the same stack, or on another one
  /// far away, as after a switch of stacks in Go.
  private func isAbove(_ record: UInt64, _ frame: FrameCursor) -> Bool {
    let distance = record &- frame.sp
    return distance < 1 << 30 || distance > UInt64.max - (1 << 48) && distance < UInt64.max - (1 << 24)
  }

  /// A return address without the code that pointer authentication puts into its upper bits (AArch64, 48-bit).
  func withoutAuthentication(_ address: UInt64) -> UInt64 {
    nativeArchitecture == .aarch64 ? address & 0x0000_FFFF_FFFF_FFFF : address
  }

  /// After a call through a null or wild pointer the leaf lies in no code, and its return address is still on top of
  /// the stack, or in the link register.
  func stepOverWildCall(_ frame: inout FrameCursor) -> StepOutcome {
    stepOverCall(&frame, returnAddressOffset: 0)
  }

  func stepOverCall(_ frame: inout FrameCursor, returnAddressOffset offset: UInt64) -> StepOutcome {
    switch architecture {
    case .x86_64, .i386:
      guard let address = context.memory.word(at: frame.sp &+ offset), context.isPlausible(returnAddress: address)
      else {
        return .ended(.truncated(.unmappedCode))
      }
      frame.pc = address
      frame.sp &+= offset &+ architecture.wordSize
    case .aarch64:
      let address = withoutAuthentication(frame.registers[30])
      guard context.isPlausible(returnAddress: address) else { return .ended(.truncated(.unmappedCode)) }
      frame.pc = address
    }
    frame.isReturnAddress = true
    return .stepped
  }
}
