import CLibunwind
import ProfileModel

extension Unwinder {
  /// Walks a stack with libunwind as far as there is unwind information, and by frame pointers where there is none.
  func walkLibunwind(
    from registers: UserRegisters, known: KnownRegisters, into stack: inout UnwoundStack
  ) -> StackEnd {
    var frame = FrameCursor(leaf: registers, known: known, in: context.registers, architecture: architecture)
    var isCursorValid = false
    while stack.depth < Self.frameLimit {
      let location = context.location(of: frame.lookupAddress)
      guard let location, location.region.isExecutable else {
        guard !frame.isReturnAddress else { return .truncated(.unmappedCode) }
        stack.append(unmapped: frame)
        if case .ended(let end) = stepOverWildCall(&frame) { return end }
        isCursorValid = false
        continue
      }
      stack.append(frame, in: location.region)
      if !isCursorValid {
        isCursorValid = libunwind.begin(
          frame.registers.registers, unknown: frame.registers.unknown, pc: frame.lookupAddress,
          architecture: architecture, cacheRows: options.libunwindCacheRows)
      }
      if context.knownCode(at: frame.pc) == .signalTrampoline { stack.markLastAsInstructionPointer() }
      switch stepLibunwind(&frame, image: location.image) {
      case .stepped: continue
      case .ended(let end): return end
      case nil:
        isCursorValid = false
        let outcome = stepWithoutInfo(&frame, in: &stack, image: location.image)
        if case .ended(let end) = outcome { return end }
      }
    }
    return .truncated(.depthLimit)
  }

  /// Makes one step with the cursor; nil where no unwind information covers the frame.
  private func stepLibunwind(_ frame: inout FrameCursor, image: UnwindImage?) -> StepOutcome? {
    guard let image else { return nil }
    let isSignalFrame = context.knownCode(at: frame.pc) == .signalTrampoline
    switch libunwind.step() {
    case .noInfo: return nil
    // A null pointer was called, and the signal that followed handled: there is more to find.
    case .rooted where isSignalFrame: return nil
    case .rooted: return .ended(.rooted)
    case .failed: return .ended(.truncated(libunwindFailure(image)))
    case .stepped: break
    }
    return finishLibunwindStep(&frame, image: image, isSignalFrame: isSignalFrame)
  }

  /// Steps over one frame whose rule the tables can't express; nil where no unwind information covers it.
  func stepOnceWithLibunwind(_ frame: inout FrameCursor, image: UnwindImage) -> StepOutcome? {
    guard
      libunwind.begin(
        frame.registers.registers, unknown: frame.registers.unknown, pc: frame.lookupAddress,
        architecture: architecture, cacheRows: options.libunwindCacheRows)
    else { return .ended(.truncated(.badUnwindInfo(module: image.name))) }
    return stepLibunwind(&frame, image: image)
  }

  private func libunwindFailure(_ image: UnwindImage) -> TruncationReason {
    if libunwind.wasRegisterUnknown { return .registerUnknown }
    return libunwind.wasMemoryMissing ? context.memory.failure : .badUnwindInfo(module: image.name)
  }

  /// Takes the caller's registers over from the cursor and checks that the stack moved on.
  private func finishLibunwindStep(
    _ frame: inout FrameCursor, image: UnwindImage, isSignalFrame: Bool
  ) -> StepOutcome {
    guard let pc = libunwind.register(Int(frame.pcNumber)), let sp = libunwind.register(Int(frame.spNumber)) else {
      return .ended(.truncated(libunwindFailure(image)))
    }
    let returnAddress = withoutAuthentication(pc)
    if returnAddress == 0, !isSignalFrame { return .ended(.rooted) }
    guard isSignalFrame || sp > frame.sp || !frame.isReturnAddress && sp == frame.sp else {
      return .ended(.truncated(.noProgress))
    }
    for (number, _) in context.known.savedRegisters {
      guard let value = libunwind.register(Int(number)) else { continue }
      frame.registers[number] = value
      frame.registers.unknown &= ~(1 << UInt64(number))
    }
    frame.place = isSignalFrame ? .programCounter(returnAddress) : .returnAddress(returnAddress)
    frame.sp = sp
    return .stepped
  }
}

extension UnwoundStack {
  /// Adds the frame at the cursor, which lies in `region`.
  @inline(__always)
  mutating func append(_ frame: FrameCursor, in region: MappedRegions.Region) {
    append(Frame(frame.place, module: region.module, bias: region.bias))
  }

  /// Adds the frame at the cursor, which lies in no code.
  mutating func append(unmapped frame: FrameCursor) {
    append(Frame(frame.place, module: Frame.unmapped, bias: 0))
  }
}
