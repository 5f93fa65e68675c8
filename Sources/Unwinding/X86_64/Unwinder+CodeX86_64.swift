import ProfileModel

/// Steps out of code without unwind information, by what the code itself says (x86-64).
extension Unwinder {
  /// Where a frame's caller is, and what is known of it.
  private struct Candidate {
    var slot: UInt64
    var returnAddress: UInt64
    var rule: CallerRule
  }

  /// How far a return address is believed.
  private enum Verdict {
    /// It can't be this frame's.
    case refuted
    /// Code can return there, and nothing speaks against it.
    case possible
    /// The call before it leads to where this frame is, with just as much pushed as lies between.
    case proven
  }

  /// Steps to the caller if the code from the program counter on, or from the function's beginning to it, says where the
  /// return address is, and what lies there is one.
  ///
  /// A way out without a call does what it says. Others are believed if all of them agree, and the function's beginning
  /// with them. Where they don't, or where code goes on by pointers, the call itself must prove where the caller is: it
  /// leads to this very place, with just as much pushed.
  func stepByCode(_ frame: inout FrameCursor) -> Bool {
    guard architecture == .x86_64 else { return false }
    let facts = context.facts(at: frame.place)
    if let rule = facts.certain(context.conventions), let candidate = candidate(rule, frame) {
      let place = context.place(candidate.returnAddress)
      if place.preceding != .other || place.restoresStack {
        take(candidate, &frame)
        return true
      }
    }
    let entry = context.entryRule(to: frame.place)
    let agreed = facts.returns.count == 1 && facts.returns[0].countsFromPointers(context.conventions)
    let isContradicted = agreed && entry.map { value($0.slot, frame) != value(facts.returns[0].slot, frame) } == true
    if let entry, step(&frame, by: entry, isTrusted: !isContradicted) { return true }
    for rule in facts.returns where step(&frame, by: rule, isTrusted: agreed && !isContradicted) { return true }
    for rule in facts.tails where step(&frame, by: rule, isTrusted: false) { return true }
    return stepToProvenCall(&frame) || stepByRecord(&frame, facts)
  }

  /// Whether the code says, too, that a frame's return address is at `slot`.
  func codeReturns(by slot: UInt64, _ frame: FrameCursor) -> Bool {
    guard architecture == .x86_64 else { return true }
    if let entry = context.entryRule(to: frame.place) {
      return value(entry.slot, frame) == slot
    }
    let facts = context.facts(at: frame.place)
    return facts.returns.count == 1 && value(facts.returns[0].slot, frame) == slot
  }

  private func step(_ frame: inout FrameCursor, by rule: CallerRule, isTrusted: Bool) -> Bool {
    guard let candidate = candidate(rule, frame) else { return false }
    switch verdict(candidate, frame) {
    case .refuted: return false
    case .possible where !isTrusted || rule.isUnbalanced: return false
    case .possible, .proven:
      take(candidate, &frame)
      return true
    }
  }

  /// The word at the place that a rule names, if it can be a return address there.
  private func candidate(_ rule: CallerRule, _ frame: FrameCursor) -> Candidate? {
    guard let slot = value(rule.slot, frame), slot & 7 == 0, slot >= frame.sp, slot - frame.sp < Self.frameReach,
      let address = context.memory.word(at: slot), context.isPlausible(returnAddress: address)
    else { return nil }
    return Candidate(slot: slot, returnAddress: address, rule: rule)
  }

  private func verdict(_ candidate: Candidate, _ frame: FrameCursor) -> Verdict {
    let place = context.place(candidate.returnAddress)
    switch place.preceding {
    case .other: return place.restoresStack ? .possible : .refuted
    case .indirectCall: return .possible
    case .call(let target, let isAmbiguous):
      switch context.fit(ofCallTo: target, leadingTo: frame.place) {
      case .refuted: return isAmbiguous ? .possible : .refuted
      case .possible, .reached(nil): return .possible
      case .reached(let rule?):
        if value(rule.slot, frame) == candidate.slot { return .proven }
        // What a register is said to hold may be another's since.
        return rule.countsFromPointers(context.conventions) ? .refuted : .possible
      }
    }
  }

  /// Moves the cursor to the caller.
  private func take(_ candidate: Candidate, _ frame: inout FrameCursor) {
    let rule = candidate.rule
    let stackPointer = value(rule.stackPointer, frame) ?? candidate.slot &+ 8
    var values = InlineArray<6, UInt64>(repeating: 0)
    for index in 0..<6 { values[index] = value(rule.registers[index], frame) ?? Self.lostRegister }
    for index in 0..<6 { frame.registers[context.conventions.preserved[index]] = values[index] }
    frame.place = .returnAddress(candidate.returnAddress)
    frame.sp = stackPointer > candidate.slot ? stackPointer : candidate.slot &+ 8
  }

  /// Looks above the stack pointer for a return address whose call leads to this very place, with just as much pushed as
  /// lies in between: code that never returns, and whose ways out are not seen, has its caller there.
  private func stepToProvenCall(_ frame: inout FrameCursor) -> Bool {
    guard frame.sp & 7 == 0 else { return false }
    for index in 0..<Self.searchedWords {
      let slot = frame.sp &+ index &* 8
      guard let word = context.memory.dumpWord(at: slot) else { return false }
      guard context.isPlausible(returnAddress: word), case .call(let target, _) = context.place(word).preceding,
        case .reached(let rule?) = context.fit(ofCallTo: target, leadingTo: frame.place),
        value(rule.slot, frame) == slot
      else { continue }
      take(Candidate(slot: slot, returnAddress: word, rule: rule), &frame)
      return true
    }
    return false
  }

  /// Follows the frame record if the code takes its frame pointer for one, and no call into this function lies between.
  private func stepByRecord(_ frame: inout FrameCursor, _ facts: CodeFacts) -> Bool {
    let slot = FlowValue.register(context.pointers.fp, 8)
    guard frame.fp & 7 == 0, frame.fp >= frame.sp, frame.fp - frame.sp < Self.recordReach else { return false }
    let prologue = context.prologueRule(before: frame.place)
    let isFrame =
      facts.usesFramePointer || prologue?.slot == slot || facts.returns.contains { $0.slot == slot }
      || facts.tails.contains { $0.slot == slot }
    guard isFrame, let candidate = candidate(prologue ?? CallerRule(ofRecord: context.conventions), frame),
      verdict(candidate, frame) != .refuted, !hasCallIntoFunction(below: candidate.slot, frame)
    else { return false }
    take(candidate, &frame)
    return true
  }

  /// Whether a return address of a call that leads to this place lies between the stack pointer and an address: the
  /// record is another function's, then.
  private func hasCallIntoFunction(below end: UInt64, _ frame: FrameCursor) -> Bool {
    for index in 0..<Self.searchedWords {
      let slot = frame.sp &+ index &* 8
      guard slot < end, let word = context.memory.dumpWord(at: slot) else { return false }
      guard context.isPlausible(returnAddress: word), case .call(let target, _) = context.place(word).preceding,
        case .reached(nil) = context.fit(ofCallTo: target, leadingTo: frame.place)
      else { continue }
      return true
    }
    return false
  }

  private func value(_ value: FlowValue, _ frame: FrameCursor) -> UInt64? {
    switch value {
    case .unknown, .constant: return nil
    case .register(let base, let offset):
      return frame.registers[base] &+ UInt64(bitPattern: Int64(offset))
    case .memory(let base, let inner, let outer):
      let place = frame.registers[base] &+ UInt64(bitPattern: Int64(inner))
      guard place >= frame.sp, let word = context.memory.word(at: place) else { return nil }
      return word &+ UInt64(bitPattern: Int64(outer))
    }
  }

  /// What stands for the value of a register that nobody knows: no rule gets anywhere with it.
  private static let lostRegister: UInt64 = 1
  /// Bytes of the largest frame.
  private static let frameReach: UInt64 = 1 << 30
  /// Bytes of the largest frame that is believed by its record alone.
  private static let recordReach: UInt64 = 1 << 16
  /// Words above the stack pointer that are looked at.
  private static let searchedWords: UInt64 = 256
}

extension CallerRule {
  /// What both ABIs make of a frame pointer: the caller's, then the return address.
  init(ofRecord conventions: CodeConventions) {
    let fp = conventions.pointers.fp
    slot = .register(fp, 8)
    stackPointer = .register(fp, 16)
    registers = InlineArray { index in
      conventions.preserved[index] == fp ? .memory(fp, inner: 0, outer: 0) : .unknown
    }
  }
}
