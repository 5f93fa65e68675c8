extension UnwindRule {
  /// The compact form of a row's state, `.needsFallback` where it has none.
  init(_ state: FrameState, isSignalFrame: Bool, conventions: FrameConventions) {
    if let known = conventions.knownFrame(state, isSignalFrame) {
      self = known
      return
    }
    var flags: Flags = []
    if isSignalFrame { flags.insert(.signalFrame) }
    if state.isReturnAddressSigned { flags.insert(.signedReturnAddress) }
    let returnSlot = conventions.linkRegisterSlot ?? 0
    if state.registers[returnSlot] == .undefined {
      // Nothing else counts: there is no caller.
      var encoder = RuleEncoder(kind: .registerOffset, cfaRegister: conventions.stackPointer)
      encoder.flags = flags.union(.root)
      self = encoder.rule
      return
    }
    guard let state = state.withImpliedStackPointer,
      var encoder = RuleEncoder(cfa: state.cfa, registerLimit: conventions.registerLimit)
    else {
      self = .needsFallback
      return
    }
    encoder.flags = flags
    func attempt(_ base: UInt8) -> UnwindRule? {
      guard base == Self.cfaBase || base < conventions.registerLimit else { return nil }
      var attempt = encoder
      attempt.saveBase = base
      return attempt.encodeSaves(of: state, returnAddress: state.registers[returnSlot], conventions: conventions)
        ? attempt.rule : nil
    }
    // Frames too large for a slot to reach from the CFA keep their registers near the CFA's own register.
    self =
      attempt(Self.cfaBase) ?? attempt(Self.firstSaveBase(of: state)) ?? attempt(encoder.cfaRegister) ?? .needsFallback
  }

  /// The register that the first register saved relative to one is relative to.
  private static func firstSaveBase(of state: FrameState) -> UInt8 {
    for slot in 1..<slotCount {
      if case .atRegister(let register, _) = state.registers[slot] { return register }
    }
    return cfaBase
  }
}

extension FrameState {
  /// The same state with a CFA that equals the caller's stack pointer, as rules take for granted; nil where it can't be
  /// said like that.
  ///
  /// Code that loads a whole context (`setcontext`) names the context's address as CFA and restores the stack pointer
  /// from it.
  fileprivate var withImpliedStackPointer: FrameState? {
    let place: (register: UInt8, offset: Int64)
    switch (stackPointer, cfa) {
    case (.unchanged, _), (.valueOfCFA(0), _): return self
    case (.atRegister(let register, let offset), _):
      if cfa == .dereference(register, inner: offset, outer: 0) { return self }
      place = (register, offset)
    case (.atCFA(let offset), .registerOffset(let register, let base)): place = (register, base &+ offset)
    default: return nil
    }
    var result = self
    result.cfa = .dereference(place.register, inner: place.offset, outer: 0)
    result.stackPointer = .unchanged
    for slot in 0..<UnwindRule.slotCount {
      guard case .atCFA(let offset) = registers[slot] else { continue }
      guard case .registerOffset(let register, let base) = cfa else { return nil }
      result.registers[slot] = .atRegister(register, base &+ offset)
    }
    return result
  }
}

extension RuleEncoder {
  /// Starts a rule with this CFA; nil where it has no compact form.
  fileprivate init?(cfa: CFARule, registerLimit: UInt8) {
    switch cfa {
    case .registerOffset(let register, let offset):
      guard register < registerLimit, let offset = Int32(exactly: offset) else { return nil }
      self.init(kind: .registerOffset, cfaRegister: register)
      cfaOffset = offset
    case .dereference(let register, let inner, let outer):
      guard register < registerLimit, let inner = Int16(exactly: inner), let outer = Int16(exactly: outer) else {
        return nil
      }
      self.init(kind: .dereference, cfaRegister: register)
      setOffsets(inner: inner, outer: outer)
    case .procedureLinkage(let register, let offset, let threshold):
      guard register < registerLimit, let inner = Int16(exactly: offset), 0...16 ~= threshold else { return nil }
      self.init(kind: .procedureLinkage, cfaRegister: register)
      setOffsets(inner: inner, outer: Int16(truncatingIfNeeded: threshold))
    case .unsupported:
      return nil
    }
  }

  /// Says where every register is saved, from `saveBase`; false where that can't be said.
  fileprivate mutating func encodeSaves(
    of state: FrameState, returnAddress: RegisterRule, conventions: FrameConventions
  ) -> Bool {
    guard encodeReturnAddress(returnAddress, conventions: conventions) else { return false }
    for slot in 1..<UnwindRule.slotCount {
      switch state.registers[slot] {
      case .unchanged: continue
      case .undefined: setSlot(slot, words: -128)
      case let rule:
        if let words = words(for: rule) {
          setSlot(slot, words: words)
        } else if slot >= conventions.preservedSlots {
          setSlot(slot, words: -128)
        } else {
          return false
        }
      }
    }
    return true
  }

  private mutating func encodeReturnAddress(_ rule: RegisterRule, conventions: FrameConventions) -> Bool {
    switch rule {
    case .unchanged:
      guard let slot = conventions.linkRegisterSlot else { return false }
      setReturnAddressRegister(conventions.slots.numbers[slot])
      return true
    case .inRegister(let register) where register < conventions.registerLimit:
      setReturnAddressRegister(register)
      return true
    default:
      if let words = words(for: rule) {
        setSlot(0, words: words)
        return true
      }
      guard case .atCFA(let offset) = rule, let words = Self.words(offset) else { return false }
      flags.insert(.returnAddressRelativeToCFA)
      setSlot(0, words: words)
      return true
    }
  }

  /// The distance from the save base to where `rule` says that a register is saved.
  private func words(for rule: RegisterRule) -> Int8? {
    let isPlain = kind == .registerOffset
    switch rule {
    case .atCFA(let offset):
      if saveBase == UnwindRule.cfaBase { return Self.words(offset) }
      guard isPlain, saveBase == cfaRegister else { return nil }
      return Self.words(offset &+ Int64(cfaOffset))
    case .atRegister(let register, let offset):
      if saveBase == register { return Self.words(offset) }
      guard isPlain, saveBase == UnwindRule.cfaBase, register == cfaRegister else { return nil }
      return Self.words(offset &- Int64(cfaOffset))
    case .unchanged, .undefined, .valueOfCFA, .inRegister, .unsupported:
      return nil
    }
  }

  private static func words(_ offset: Int64) -> Int8? {
    guard offset & 7 == 0, let words = Int8(exactly: offset >> 3), words != -128 else { return nil }
    return words
  }
}
