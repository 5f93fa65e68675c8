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
    // What follows goes by the registers.
    guard frame.registers.knows(frame.fpNumber) else {
      let isRoot = context.isEntryPoint(frame.pc, isReturnAddress: frame.isReturnAddress)
      return .ended(isRoot ? .rooted : .truncated(.registerUnknown))
    }
    if isNewborn(frame) { return .ended(.rooted) }
    if stepByCode(&frame) { return .stepped }
    if context.isEntryPoint(frame.pc, isReturnAddress: frame.isReturnAddress) { return .ended(.rooted) }
    if isEndOfRecords(frame) { return .ended(.rooted) }
    if stepByFramePointer(&frame) || stepOverStartup(&frame) { return .stepped }
    return .ended(.truncated(image.map { .noUnwindInfo(module: $0.name) } ?? .callerNotProven))
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

  /// Whether a thread has just been born: it is behind the system call that made it, which returned 0. libc ends the
  /// unwind information there, since in the child there is no caller.
  private func isNewborn(_ frame: FrameCursor) -> Bool {
    architecture == .x86_64 && !frame.isReturnAddress && frame.registers[0] == 0
      && context.isBehindSystemCall(frame.pc)
  }

  /// Whether the chain of frame records ends here (AArch64): x29 is nothing but a frame pointer there, and zero marks the
  /// outermost frame (AAPCS64, section 6.4.6). On x86-64 a zero means nothing.
  private func isEndOfRecords(_ frame: FrameCursor) -> Bool {
    guard architecture == .aarch64, frame.isReturnAddress else { return false }
    return frame.fp == 0 || frame.fp & 7 == 0 && frame.fp >= frame.sp && context.memory.word(at: frame.fp &+ 8) == 0
  }

  /// Follows the frame record where nothing else is known of the code (AArch64): it lies on the stack, above the stack
  /// pointer, and a call precedes its return address.
  private func stepByFramePointer(_ frame: inout FrameCursor) -> Bool {
    let record = frame.fp
    guard architecture == .aarch64, record & 7 == 0, record >= frame.sp, record - frame.sp < 1 << 30,
      let caller = context.memory.word(at: record), let word = context.memory.word(at: record &+ 8),
      case let address = withoutAuthentication(word), context.isPlausible(returnAddress: address),
      context.isBehindCall(address)
    else { return false }
    frame.pc = address
    frame.fp = caller
    frame.sp = record &+ 16
    frame.isReturnAddress = true
    return true
  }

  /// A return address without the code that pointer authentication puts into its upper bits (AArch64).
  func withoutAuthentication(_ address: UInt64) -> UInt64 {
    nativeArchitecture == .aarch64 ? address & context.space.addressMask : address
  }

  /// After a call through a null or wild pointer the leaf lies in no code, and its return address is still on top of
  /// the stack, or in the link register.
  func stepOverWildCall(_ frame: inout FrameCursor) -> StepOutcome {
    stepOverCall(&frame, returnAddressOffset: 0)
  }

  func stepOverCall(_ frame: inout FrameCursor, returnAddressOffset offset: UInt64) -> StepOutcome {
    switch architecture {
    case .x86_64, .i386:
      guard let address = context.memory.word(at: frame.sp &+ offset), context.isPlausible(returnAddress: address),
        context.isBehindCall(address)
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
