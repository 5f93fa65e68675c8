extension UnwindRule {
  /// The compact form of a row's state, `.needsFallback` where it has none.
  init(_ state: FrameState, isSignalFrame: Bool, conventions: FrameConventions) {
    if let known = conventions.knownFrame(state, isSignalFrame: isSignalFrame) {
      self = known
      return
    }
    var flags: Flags = []
    if isSignalFrame { flags.insert(.signalFrame) }
    if state.isReturnAddressSigned { flags.insert(.signedReturnAddress) }
    if state.registers[conventions.returnAddressSlot] == .undefined {
      // Nothing else counts: there is no caller.
      var encoder = RuleEncoder(kind: .registerOffset, cfaRegister: conventions.stackPointer)
      encoder.flags = flags.union(.root)
      self = encoder.rule
    } else if state.stackPointer == .unchanged || state.stackPointer == .valueOfCFA(0) {
      self = RuleEncoder.encode(state, flags: flags, conventions: conventions) ?? .needsFallback
    } else {
      let implied = state.withImpliedStackPointer(in: conventions)
      self = implied.flatMap { RuleEncoder.encode($0, flags: flags, conventions: conventions) } ?? .needsFallback
    }
  }
}

extension FrameState {
  /// The same state with a CFA that equals the caller's stack pointer, as rules take for granted; nil where it can't be
  /// said like that.
  ///
  /// Code that loads a whole context (`setcontext`) names the context's address as CFA and restores the stack pointer
  /// from it; a signal trampoline restores it from the kernel's frame.
  fileprivate func withImpliedStackPointer(in conventions: FrameConventions) -> FrameState? {
    let place: (register: UInt8, offset: Int32)
    switch (stackPointer, cfa) {
    case (.atRegister(let offset, let register), _): place = (register, offset)
    case (.atCFA(let offset), .registerOffset(let base, let register)): place = (register, base &+ offset)
    default: return nil
    }
    guard let inner = Int16(exactly: place.offset) else { return nil }
    var result = self
    result.cfa = .dereference(inner: inner, outer: 0, place.register)
    if result.cfa == cfa { return self }
    for slot in 0..<UnwindRule.slotCount {
      guard case .atCFA(let offset) = registers[slot] else { continue }
      guard case .registerOffset(let base, let register) = cfa else { return nil }
      result.set(.atRegister(base &+ offset, register), slot: slot, in: conventions)
    }
    return result
  }
}

extension RuleEncoder {
  /// The compact form of a state whose CFA is the caller's stack pointer.
  fileprivate static func encode(
    _ state: borrowing FrameState, flags: UnwindRule.Flags, conventions: FrameConventions
  ) -> UnwindRule? {
    guard var encoder = RuleEncoder(cfa: state.cfa, registerLimit: conventions.registerLimit) else { return nil }
    encoder.flags = flags
    if state.unusualSlots == 0, encoder.copySaves(of: state, conventions: conventions) { return encoder.rule }
    var attempt = encoder
    if attempt.encodeSaves(of: state, conventions: conventions) { return attempt.rule }
    // Realigned frames save registers relative to their frame pointer.
    for slot in 1..<UnwindRule.slotCount {
      guard case .atRegister(_, let base) = state.registers[slot], base < conventions.registerLimit else { continue }
      attempt = encoder
      attempt.saveBase = base
      if attempt.encodeSaves(of: state, conventions: conventions) { return attempt.rule }
      break
    }
    // Frames too large for a slot to reach from the CFA keep registers near the register that the CFA is counted from.
    attempt = encoder
    attempt.saveBase = encoder.cfaRegister
    return attempt.encodeSaves(of: state, conventions: conventions) ? attempt.rule : nil
  }

  /// Starts a rule with this CFA; nil where it has no compact form.
  private init?(cfa: CFARule, registerLimit: UInt8) {
    switch cfa {
    case .registerOffset(let offset, let register):
      guard register < registerLimit else { return nil }
      self.init(kind: .registerOffset, cfaRegister: register)
      cfaOffset = offset
    case .dereference(let inner, let outer, let register):
      guard register < registerLimit else { return nil }
      self.init(kind: .dereference, cfaRegister: register)
      setOffsets(inner: inner, outer: outer)
    case .procedureLinkage(let offset, let threshold, let register):
      guard register < registerLimit else { return nil }
      self.init(kind: .procedureLinkage, cfaRegister: register)
      setOffsets(inner: offset, outer: threshold)
    case .unsupported:
      return nil
    }
  }

  /// Takes over slots that are all relative to the CFA; false where the return address is not among them.
  private mutating func copySaves(of state: borrowing FrameState, conventions: FrameConventions) -> Bool {
    slots = state.slots
    let source = conventions.returnAddressSlot
    if state.slots.changed & (1 &<< UInt16(source)) != 0 {
      slots.set(0, words: state.slots[source])
    } else if source != 0 {
      setReturnAddressRegister(conventions.returnAddressColumn)
    } else {
      return false
    }
    return true
  }

  /// Says where every register is saved, from `saveBase`; false where that can't be said.
  private mutating func encodeSaves(of state: borrowing FrameState, conventions: FrameConventions) -> Bool {
    guard encodeReturnAddress(state.registers[conventions.returnAddressSlot], conventions: conventions) else {
      return false
    }
    var remaining = (state.slots.changed | state.unusualSlots) & ~1
    while remaining != 0 {
      let slot = remaining.trailingZeroBitCount
      remaining &= remaining &- 1
      if let words = words(for: state.registers[slot], conventions) {
        slots.set(slot, words: words)
      } else if state.registers[slot] == .undefined || slot >= conventions.preservedSlots {
        slots.set(slot, words: RuleSlots.undefined)
      } else {
        return false
      }
    }
    return true
  }

  private mutating func encodeReturnAddress(_ rule: RegisterRule, conventions: FrameConventions) -> Bool {
    if let words = words(for: rule, conventions) {
      slots.set(0, words: words)
      return true
    }
    switch rule {
    case .unchanged where conventions.returnAddressSlot != 0:
      setReturnAddressRegister(conventions.returnAddressColumn)
    case .inRegister(let register) where register < conventions.registerLimit:
      setReturnAddressRegister(register)
    case .atCFA(let offset):
      guard let words = RuleSlots.words(Int64(offset), shift: conventions.wordShift) else { return false }
      flags.insert(.returnAddressRelativeToCFA)
      slots.set(0, words: words)
    default:
      return false
    }
    return true
  }

  /// The distance from the save base to where `rule` says that a register is saved.
  private func words(for rule: RegisterRule, _ conventions: FrameConventions) -> Int8? {
    let shift = conventions.wordShift
    switch rule {
    case .atCFA(let offset):
      if saveBase == UnwindRule.cfaBase { return RuleSlots.words(Int64(offset), shift: shift) }
      guard kind == .registerOffset, saveBase == cfaRegister else { return nil }
      return RuleSlots.words(Int64(offset) + Int64(cfaOffset), shift: shift)
    case .atRegister(let offset, let register):
      if saveBase == register { return RuleSlots.words(Int64(offset), shift: shift) }
      guard kind == .registerOffset, saveBase == UnwindRule.cfaBase, register == cfaRegister else { return nil }
      return RuleSlots.words(Int64(offset) - Int64(cfaOffset), shift: shift)
    case .unchanged, .undefined, .valueOfCFA, .inRegister, .unsupported:
      return nil
    }
  }
}
