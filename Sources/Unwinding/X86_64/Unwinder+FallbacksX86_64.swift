import ProfileModel

extension Unwinder {
  /// Whether a thread has just been born: it is behind the system call that made it, which returned 0. libc ends the
  /// unwind information there, since in the child there is no caller.
  func isNewborn(_ frame: FrameCursor) -> Bool {
    architecture == .x86_64 && !frame.isReturnAddress && frame.registers[0] == 0
      && context.isBehindSystemCall(frame.pc)
  }

  /// Steps out of a libc's start-up code that has neither unwind information nor a frame pointer, as musl's on x86-64.
  ///
  ///     sp ─►  saved registers, locals        no word is a return address
  ///            return address                 into `_start`, or behind the call in `clone`
  ///            argc, argv[0] …, 0             as the kernel left them; nothing is asked of a thread's stack
  ///
  /// A call leaves its return address in memory until it is over. Where none lies between the stack pointer and the one
  /// at the bottom of the stack, the frame at hand is the one that was called from there: nothing is passed over.
  func stepOverStartup(_ frame: inout FrameCursor) -> Bool {
    guard architecture == .x86_64, frame.sp & 7 == 0 else { return false }
    for index in 0..<Self.startupWords {
      let slot = frame.sp &+ index &* 8
      guard let word = context.memory.word(at: slot) else { return false }
      guard context.isPlausible(returnAddress: word) else { continue }
      // What generated code holds can't be told when it is gone.
      guard let location = context.location(of: word &- 1), location.image != nil else { return false }
      guard context.isBehindCall(word) else { continue }
      guard
        context.knownCode(at: word) == .threadStart
          || context.isEntryPoint(.returnAddress(word)) && isArguments(at: slot &+ 8)
      else { return false }
      frame.place = .returnAddress(word)
      frame.sp = slot &+ 8
      return true
    }
    return false
  }

  /// Whether the kernel's arguments of a program lie at an address (System V ABI for AMD64, figure 3.9).
  private func isArguments(at address: UInt64) -> Bool {
    guard let count = context.memory.word(at: address), count > 0, count < 1 << 21,
      let first = context.memory.word(at: address &+ 8), first > address,
      let end = context.memory.word(at: address &+ 8 &+ count &* 8)
    else { return false }
    return end == 0
  }

  /// Words of the largest frame of start-up code that is looked for.
  private static let startupWords: UInt64 = 64
}
