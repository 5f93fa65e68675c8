import ProfileModel
import UnwindTables

extension Unwinder {
  /// Steps over a frame of 32-bit code that no unwind information covers; what can't be proven ends the stack.
  func stepWithoutInfoI386(
    _ frame: inout FrameCursor, in stack: inout UnwoundStack, image: UnwindImage?
  ) -> StepOutcome {
    switch context.knownCode(at: frame.pc) {
    case .signalTrampoline:
      stack.markLastAsInstructionPointer()
      return stepOverSignalI386(&frame, context.known.savedRegisters)
    case .linkageStub(let offset) where !frame.isReturnAddress:
      return stepOverCall(&frame, returnAddressOffset: UInt64(offset))
    default: break
    }
    if context.code(at: frame.pc, startsWith: KnownCode.olderTrampolineI386) {
      stack.markLastAsInstructionPointer()
      return stepOverSignalI386(&frame, KnownCode.olderSavedRegistersI386)
    }
    if !frame.isReturnAddress || isBehindAddressLoader(frame.pc), let depth = framelessDepthI386(at: frame.pc),
      stepOverCallI386(&frame, returnAddressAt: frame.sp &+ depth)
    {
      return .stepped
    }
    if context.isEntryPoint(frame.place) { return .ended(.rooted) }
    return stepByRecordI386(&frame, image: image)
  }

  private func stepOverSignalI386(
    _ frame: inout FrameCursor, _ saved: [(number: UInt8, offset: UInt64)]
  ) -> StepOutcome {
    let sp = frame.sp
    for (number, offset) in saved {
      if number == frame.spNumber { context.memory.noteSwitch(savedAt: sp &+ offset) }
      guard let value = context.memory.word(at: sp &+ offset) else {
        return .ended(.truncated(context.memory.failure))
      }
      frame.registers[number] = value
    }
    frame.place = .programCounter(frame.pc)
    return .stepped
  }

  /// Bytes from the stack pointer to the return address of a frame that was not left by a call, where its instructions
  /// prove that the function has no frame yet, or gives it up.
  private func framelessDepthI386(at pc: UInt64) -> UInt64? {
    if let known = context.space.framelessDepths[pc] { return known }
    let depth = readFramelessDepthI386(at: pc)
    context.space.framelessDepths[pc] = .some(depth)
    return depth
  }

  private func readFramelessDepthI386(at pc: UInt64) -> UInt64? {
    // Between push %ebp and mov %esp, %ebp.
    if let code = context.bytes(at: pc &- 1, count: 3), code == [0x55, 0x89, 0xE5] || code == [0x55, 0x8B, 0xEC] {
      return 4
    }
    var count = StraightCodeI386.reach
    // The code may end earlier.
    while count > 0, context.bytes(at: pc, count: count) == nil { count -= 1 }
    guard let code = context.bytes(at: pc, count: count), !code.isEmpty else { return nil }
    var straight = StraightCodeI386(code) { distance in self.isAddressLoader(at: pc &+ UInt64(bitPattern: distance)) }
    return straight.returnAddressDepth()
  }

  /// Whether code that is independent of its position calls this to learn where it is: mov (%esp), register; ret.
  private func isAddressLoader(at address: UInt64) -> Bool {
    guard let code = context.bytes(at: address & architecture.wordMask, count: 4) else { return false }
    return code[0] == 0x8B && code[1] & 0xC7 == 0x04 && code[2] == 0x24 && code[3] == 0xC3
  }

  /// Whether a return address is behind such a call, which may come before a function has its frame.
  private func isBehindAddressLoader(_ address: UInt64) -> Bool {
    if case .addressLoader = callTarget(before: address) { return true }
    return false
  }

  /// Steps out of a leaf whose tables were wrong: by them its return address is on top of the stack, and no code lies
  /// there. glibc's `memcpy` for i386 is such a one, which pushes %eax without saying so.
  ///
  /// - Parameters:
  ///   - leaf: The leaf's frame; the cursor may have left it.
  ///   - cfa: The stack pointer of its caller by the tables.
  func stepOutOfMistakenLeafI386(_ frame: inout FrameCursor, leaf: UnwoundStack.Frame, cfa: UInt64) -> Bool {
    guard architecture == .i386, let rule = context.image(leaf.module)?.rule(at: leaf.statedLookupAddress),
      rule.kind == .registerOffset, rule.cfaRegister == Int(frame.spNumber), rule.cfaOffset == 4,
      rule.changedSlots == 1, let depth = framelessDepthI386(at: leaf.address), depth > 0
    else { return false }
    return stepOverCallI386(&frame, returnAddressAt: cfa &- 4 &+ depth)
  }

  /// Steps out of an address loader that lies within the function that calls it, whose rule it has. So it is in glibc's
  /// `_start`, which has no caller, but that loader has one.
  func stepOutOfAddressLoaderI386(_ frame: inout FrameCursor) -> Bool {
    guard architecture == .i386, !frame.isReturnAddress,
      isAddressLoader(at: frame.pc) || isAddressLoader(at: frame.pc &- 3),
      let address = context.memory.word(at: frame.sp), isBehindAddressLoader(address)
    else { return false }
    return stepOverCallI386(&frame, returnAddressAt: frame.sp)
  }

  /// Steps to the caller whose return address is in `slot`, if there is one behind a call.
  private func stepOverCallI386(_ frame: inout FrameCursor, returnAddressAt slot: UInt64) -> Bool {
    guard let address = context.memory.word(at: slot), context.isPlausible(returnAddress: address),
      context.isBehindCall(address)
    else { return false }
    frame.place = .returnAddress(address)
    frame.sp = slot &+ 4
    return true
  }

  /// Follows the frame record at %ebp: the caller's %ebp, then the return address.
  ///
  /// It's this function's record only if it was made by it. A call that led to it is behind the return address; where that
  /// is a direct one it must lead to a function that makes a record, not far before. And where the stack below the record
  /// has a return address of a call into a function that begins between that one and here, the function at hand makes
  /// none, and who called it would be passed over.
  private func stepByRecordI386(_ frame: inout FrameCursor, image: UnwindImage?) -> StepOutcome {
    let record = frame.fp
    let reason: TruncationReason = image.map { .noUnwindInfo(module: $0.name) } ?? .implausibleFramePointer
    guard record & 3 == 0, record >= frame.sp, record &- frame.sp < Self.largestFrameI386 else {
      return .ended(.truncated(reason))
    }
    guard let caller = context.memory.word(at: record), let address = context.memory.word(at: record &+ 4) else {
      return .ended(.truncated(context.memory.failure == .stackDumpTooShort ? .stackDumpTooShort : reason))
    }
    guard context.isPlausible(returnAddress: address), context.isBehindCall(address),
      isRecordOfFunction(at: frame, record, returningTo: address)
    else { return .ended(.truncated(reason)) }
    frame.place = .returnAddress(address)
    frame.fp = caller
    frame.sp = stackPointerOfCaller(of: record, returningTo: address)
    return .stepped
  }

  /// The caller's stack pointer: above the record, unless the function has aligned its stack. Then the record has but a
  /// copy of the return address, and the pointer to what is behind the true one is among the registers saved first of all.
  ///
  ///     lea 4(%esp), %ecx; and $-16, %esp; push -4(%ecx); push %ebp; mov %esp, %ebp; push …; push %ecx
  private func stackPointerOfCaller(of record: UInt64, returningTo address: UInt64) -> UInt64 {
    for register in 1...4 as ClosedRange<UInt64> {
      guard let place = context.memory.word(at: record &- 4 &* register) else { break }
      if place & 3 == 0, place > record &+ 8, place &- record < 4_096,
        context.memory.word(at: place &- 4) == address
      {
        return place
      }
    }
    return record &+ 8
  }

  /// Whether nothing speaks against it that the function at hand has made the record.
  ///
  /// A leaf that was called through a pointer, such as `_fini`, may make none. Where the record's call is such a one too,
  /// a return address of another below it leaves open which of the two led here.
  private func isRecordOfFunction(at frame: FrameCursor, _ record: UInt64, returningTo address: UInt64) -> Bool {
    let place = frame.lookupAddress
    var isCallKnown = frame.isReturnAddress || isBehindPrologue(place)
    var start = place &- min(place, Self.largestFunctionI386)
    if case .direct(let target, let makesRecord) = callTarget(before: address) {
      guard makesRecord, target >= start, target <= place else { return false }
      start = target &+ 1
      isCallKnown = true
    }
    var slot = frame.sp
    for _ in 0..<Self.searchedWordsI386 where slot < record {
      defer { slot &+= 4 }
      guard let word = context.memory.word(at: slot), context.isPlausible(returnAddress: word),
        context.isBehindCall(word)
      else { continue }
      switch callTarget(before: word) {
      // What is called directly may jump on.
      case .direct(let target, _): if !isCallKnown || target >= start && target <= place { return false }
      case .unknown: if !isCallKnown { return false }
      case .addressLoader: break
      }
    }
    return true
  }

  /// Whether code not far before an address makes a frame record, and no `ret` from there on ends its function: no C3 but
  /// behind an opcode whose operand that is, such as 81 C3 (add $…, %ebx).
  private func isBehindPrologue(_ place: UInt64) -> Bool {
    if let known = context.space.prologues[place] { return known }
    var reach = Self.searchedCodeI386
    while reach > 0, context.bytes(at: place &- UInt64(reach), count: reach) == nil { reach /= 2 }
    let code = context.bytes(at: place &- UInt64(reach), count: reach) ?? []
    let operations: [UInt8] = [0x01, 0x03, 0x29, 0x2B, 0x31, 0x33, 0x81, 0x83, 0x85, 0x89, 0x8B]
    let lastReturn = code.indices.last { code[$0] == 0xC3 && ($0 == 0 || !operations.contains(code[$0 - 1])) }
    let start = lastReturn.map { $0 + 1 } ?? 0
    let answer = code.indices.dropLast(2).contains {
      $0 >= start && code[$0] == 0x55
        && (code[$0 + 1] == 0x89 && code[$0 + 2] == 0xE5 || code[$0 + 1] == 0x8B && code[$0 + 2] == 0xEC)
    }
    context.space.prologues[place] = answer
    return answer
  }

  private func callTarget(before address: UInt64) -> CallTargetI386 {
    if let known = context.space.callTargets[address] { return known }
    let target = readCallTarget(before: address)
    context.space.callTargets[address] = target
    return target
  }

  private func readCallTarget(before address: UInt64) -> CallTargetI386 {
    guard let call = context.bytes(at: address &- 5, count: 5), call[0] == 0xE8 else { return .unknown }
    let distance = call[1...].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let target = (address &+ UInt64(distance)) & architecture.wordMask
    if case .linkageStub = context.knownCode(at: target) { return .unknown }
    if isAddressLoader(at: target) { return .addressLoader }
    let start = context.code(at: target, startsWith: [0xF3, 0x0F, 0x1E, 0xFB]) ? target &+ 4 : target
    let makesRecord = context.code(at: start, startsWith: [0x55]) || framelessDepthI386(at: start) == 0
    return .direct(target, makesRecord: makesRecord)
  }

  /// Bytes of the largest frame and function that are believed.
  private static let largestFrameI386: UInt64 = 8 << 20
  private static let largestFunctionI386: UInt64 = 1 << 16
  /// Bytes of code that are searched for a prologue.
  private static let searchedCodeI386 = 1_024
  /// Words below a record that are searched.
  private static let searchedWordsI386 = 1_024
}

/// Where the call before a return address in 32-bit code leads to.
enum CallTargetI386 {
  /// A pointer's value, or a stub's.
  case unknown
  /// Code that tells where it is called from.
  case addressLoader
  /// The function at this address, and whether it begins by saving %ebp.
  case direct(UInt64, makesRecord: Bool)
}
