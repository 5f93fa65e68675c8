import ProfileModel
import UnwindTables

extension Unwinder {
  /// The rule for code that no file backs, where the process has told of it and it leads back behind a call.
  func generatedRule(at frame: FrameCursor) -> UnwindRule? {
    context.metGeneratedCode = true
    let space = context.space
    let address = frame.lookupAddress
    if !space.generated.isEmpty, let rule = space.generated.rule(at: address, time: context.time) { return rule }
    guard !space.registered.isEmpty else { return nil }
    return space.registered.first(at: address, time: context.time) { frames in
      frames.rule(at: address).flatMap { leadsBehindCall($0, from: frame) ? $0 : nil }
    }
  }

  /// Whether a rule leads to a caller: to the address behind a call, as every caller has it that is still there.
  ///
  /// What a program has registered was read at another time than the sample was taken; other code may have lain there.
  private func leadsBehindCall(_ rule: UnwindRule, from frame: FrameCursor) -> Bool {
    if rule.isRoot || rule.isSignalFrame { return false }
    let (cfaRegister, baseRegister) = (rule.cfaRegister, rule.saveBaseRegister)
    func register(_ number: Int) -> UInt64? {
      let number = UInt8(truncatingIfNeeded: number)
      return frame.registers.knows(number) ? frame.registers[number] : nil
    }
    guard let start = register(cfaRegister),
      let cfa = rule.canonicalFrameAddress(
        register: start, programCounter: frame.pc, wordSize: 1 &<< frame.wordShift,
        load: { context.memory.word(at: $0) })
    else { return false }
    let address: UInt64?
    if rule.changedSlots & 1 != 0 {
      let isFromCFA = rule.flags.contains(.returnAddressRelativeToCFA) || rule.savesAreRelativeToCFA
      let base = isFromCFA ? cfa : register(baseRegister)
      address = base.flatMap {
        context.memory.word(at: $0 &+ UInt64(bitPattern: Int64(rule.slotWords(0) &<< Int(frame.wordShift))))
      }
    } else {
      address = register(rule.returnAddressRegister)
    }
    guard let caller = address.map(withoutAuthentication), context.isPlausible(returnAddress: caller) else {
      return false
    }
    return context.isBehindCall(caller)
  }

  /// Steps out of code that no file backs and nothing describes by what it will do until it returns (`Epilogue`).
  ///
  /// Writers of jitdumps keep what they have to say in buffers until long after the code has run; CPython's trampolines
  /// have no frame pointer.
  func stepByEpilogue(_ frame: inout FrameCursor) -> Bool {
    guard architecture == .x86_64, let epilogue = epilogue(at: frame.pc) else { return false }
    var (sp, fp) = (frame.sp, frame.fp)
    var popped: [(UInt8, UInt64)] = []
    for step in epilogue.steps {
      switch step {
      case .move(let distance): sp &+= UInt64(bitPattern: distance)
      case .leave:
        guard fp >= sp else { return false }
        sp = fp
      case .pop(let register):
        guard let word = context.memory.word(at: sp) else { return false }
        popped.append((register, word))
        if register == frame.fpNumber { fp = word }
        sp &+= 8
      }
    }
    guard sp >= frame.sp, let address = context.memory.word(at: sp), context.isPlausible(returnAddress: address),
      context.isBehindCall(address)
    else { return false }
    for (register, word) in popped { frame.registers[register] = word }
    frame.place = .returnAddress(address)
    frame.sp = sp &+ 8
    return true
  }

  /// The code is read again now and then, since other code may take its place.
  private func epilogue(at address: UInt64) -> Epilogue? {
    let space = context.space
    if let known = space.epilogues[address], context.time &- known.time < Self.epilogueTime { return known.epilogue }
    if space.epilogues.count >= Self.epilogueLimit { space.epilogues.removeAll() }
    let code = context.memory.liveBytes(at: address, count: Epilogue.reach)
    let epilogue = code.flatMap { Epilogue(x86_64: $0) }
    space.epilogues[address] = (context.time, epilogue)
    return epilogue
  }

  /// Nanoseconds for which code is taken to be what it was.
  private static let epilogueTime: UInt64 = 50_000_000
  private static let epilogueLimit = 1 << 16
}
