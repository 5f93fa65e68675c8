import ProfileModel
import UnwindTables

extension Unwinder {
  /// The rule for code that no file backs, where the process has told of it.
  func generatedRule(at frame: FrameCursor) -> UnwindRule? {
    guard !context.process.generated.isEmpty else { return nil }
    return context.process.generated.rule(at: frame.lookupAddress, time: context.time)
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
    frame.pc = address
    frame.sp = sp &+ 8
    frame.isReturnAddress = true
    return true
  }

  /// The code is read again now and then, since other code may take its place.
  private func epilogue(at address: UInt64) -> Epilogue? {
    let process = context.process
    if let known = process.epilogues[address], context.time &- known.time < Self.epilogueTime { return known.epilogue }
    if process.epilogues.count >= Self.epilogueLimit { process.epilogues.removeAll() }
    let code = context.memory.liveBytes(at: address, count: Epilogue.reach)
    let epilogue = code.flatMap { Epilogue(x86_64: $0) }
    process.epilogues[address] = (context.time, epilogue)
    return epilogue
  }

  /// Nanoseconds for which code is taken to be what it was.
  private static let epilogueTime: UInt64 = 50_000_000
  private static let epilogueLimit = 1 << 16
}
