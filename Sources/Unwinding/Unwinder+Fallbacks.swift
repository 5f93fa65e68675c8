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
      let isRoot = context.isEntryPoint(frame.place)
      return .ended(isRoot ? .rooted : .truncated(.registerUnknown))
    }
    if isNewborn(frame) { return .ended(.rooted) }
    if stepByCode(&frame) { return .stepped }
    if context.isEntryPoint(frame.place) { return .ended(.rooted) }
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
    frame.place = .programCounter(frame.pc)
    return .stepped
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
      frame.place = .returnAddress(address)
      frame.sp &+= offset &+ architecture.wordSize
    case .aarch64:
      let address = withoutAuthentication(frame.registers[30])
      guard context.isPlausible(returnAddress: address) else { return .ended(.truncated(.unmappedCode)) }
      frame.place = .returnAddress(address)
    }
    return .stepped
  }
}
