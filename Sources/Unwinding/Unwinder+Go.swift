import GoTables
import ProfileModel
import UnwindTables

extension Unwinder {
  /// Steps over one of the functions of Go's runtime that call others on the thread's own stack; nil for all others.
  ///
  ///     thread's stack     …, C or the vDSO          ─► asmcgocall, nanotime1
  ///     goroutine's stack  callers of these two      ─► goexit
  ///
  /// The goroutine's stack is in no dump. It's read live from a thread that stands still, and believed where the return
  /// address found is behind a call of the very function that was left; of a thread that runs on the stack is cut here.
  func stepOverGoSwitch(_ frame: inout FrameCursor, image: UnwindImage?) -> StepOutcome? {
    guard let image, architecture == .x86_64, let (region, _) = context.location(of: frame.lookupAddress) else {
      return nil
    }
    switch image.goPlace(at: frame.lookupAddress &- region.bias) {
    case .outside, .frame, .outermost: return nil
    case .callOfVDSO(let entry): return stepOverVDSOCall(&frame, entry: entry &+ region.bias)
    case .callOfC(let entry): return stepOverCCall(&frame, entry: entry &+ region.bias)
    case .callback(let size): return stepOverCallback(&frame, size: UInt64(size))
    }
  }

  /// `cgocallback` copies its frame to the goroutine's stack, on top of where that was left. Its own frame record stays
  /// behind, and what it puts in place of a return address nobody returns to: the real one is above it.
  private func stepOverCallback(_ frame: inout FrameCursor, size: UInt64) -> StepOutcome {
    let slot = frame.sp &+ size
    guard let address = context.memory.word(at: slot) else {
      return .ended(.truncated(context.memory.failure))
    }
    guard context.isPlausible(returnAddress: address) else { return .ended(.truncated(.unmappedCode)) }
    frame.place = .returnAddress(address)
    frame.sp = slot &+ 8
    return .stepped
  }

  private func stepOverVDSOCall(_ frame: inout FrameCursor, entry: UInt64) -> StepOutcome {
    guard frame.registers.knows(frame.fpNumber) else { return .ended(.truncated(.registerUnknown)) }
    let record = frame.fp
    guard record & 7 == 0 else { return .ended(.truncated(.implausibleFramePointer)) }
    if context.memory.dumpWord(at: record) == nil { context.memory.lastSwitch = .framePointer }
    guard let caller = context.memory.word(at: record), let address = context.memory.word(at: record &+ 8)
    else { return .ended(.truncated(context.memory.failure)) }
    guard context.memory.dumpWord(at: record &+ 8) != nil || context.isBehindCall(address, of: entry)
    else { return .ended(.truncated(.implausibleFramePointer)) }
    guard context.isPlausible(returnAddress: address) else { return .ended(.truncated(.unmappedCode)) }
    frame.place = .returnAddress(address)
    frame.fp = caller
    frame.sp = record &+ 16
    return .stepped
  }

  /// `asmcgocall` (`src/runtime/asm_amd64.s`) keeps on the thread's stack, where the stack pointer is during the call,
  /// the goroutine at 48 and how deep its stack was at 40; without a goroutine to leave, 0 and the old stack pointer.
  private func stepOverCCall(_ frame: inout FrameCursor, entry: UInt64) -> StepOutcome {
    guard let goroutine = context.memory.word(at: frame.sp &+ 48), let depth = context.memory.word(at: frame.sp &+ 40)
    else { return .ended(.truncated(context.memory.failure)) }
    var slot = depth
    if goroutine != 0 {
      context.memory.lastSwitch = .goroutine(at: frame.sp &+ 48)
      // `g.stack.hi`.
      guard let top = context.memory.word(at: goroutine &+ 8) else {
        return .ended(.truncated(context.memory.failure))
      }
      slot = top &- depth
    }
    guard let address = context.memory.word(at: slot) else { return .ended(.truncated(context.memory.failure)) }
    // With another call in its place, the thread's own stack ends here, as Go has it.
    guard slot & 7 == 0, goroutine == 0 || context.isBehindCall(address, of: entry) else { return .ended(.rooted) }
    frame.place = .returnAddress(address)
    frame.sp = slot &+ 8
    return .stepped
  }
}
