import ProfileModel

/// How a function gets back to its caller, as its own code says, told by the registers at one place in it.
struct CallerRule {
  /// The address of the return address.
  var slot: FlowValue
  /// The stack pointer behind the return.
  var stackPointer: FlowValue
  /// What the registers of `CodeConventions.preserved` hold there.
  var registers: InlineArray<6, FlowValue>
  /// Whether the stack pointer was followed to get here, in code that does not always move it by the same.
  var isUnbalanced = false
  /// Whether calls lie on the way out.
  var isBehindCall = false
  /// Whether the return address was moved from this place before it was used.
  var isCopied = false

  /// The rule at a way out, where registers are as `state` has them.
  init(slot: FlowValue, stackPointer: FlowValue, _ state: FlowState, _ context: UnwindContext) {
    self.slot = slot
    self.stackPointer = stackPointer
    registers = InlineArray { state[context.conventions.preserved[$0]] }
  }

  /// The rule at a place to which a walk from a function's first instruction has led; nil where nothing there tells how
  /// much was pushed.
  ///
  /// - Parameter isUnbalanced: Whether the place is met with different stack pointers.
  init?(atPlaceReached state: FlowState, isUnbalanced: Bool, _ context: UnwindContext) {
    let conventions = context.conventions
    let (sp, fp) = conventions.pointers
    // A frame pointer that was set up stays what it is, however much is pushed.
    let hasRecord = state[fp] == .register(sp, -8) && state.stored(at: .register(sp, -8)) == .register(fp, 0)
    let candidates = (hasRecord ? [fp, sp] : [sp, fp]) + (0..<32 as Range<UInt8>)
    // Where the return address was put elsewhere.
    let moved = state.address(ofStored: FlowValue.register(sp, 0).loaded, from: sp) ?? 0
    for base in candidates where base != sp || !isUnbalanced {
      guard case .register(sp, let pushed) = state[base] else { continue }
      // The register is `pushed` above the stack pointer that the function began with.
      let origin = FlowValue.register(base, 0).adding(-Int64(pushed))
      slot = origin.adding(Int64(moved))
      stackPointer = slot.adding(8)
      registers = InlineArray { index in
        let value = FlowValue.register(conventions.preserved[index], 0)
        if state[conventions.preserved[index]] == value { return value }
        guard let offset = state.address(ofStored: value, from: sp) else { return .unknown }
        return origin.adding(Int64(offset)).loaded
      }
      return
    }
    return nil
  }

  /// Whether the rule counts from nothing but the stack pointer and the frame pointer.
  func countsFromPointers(_ conventions: CodeConventions) -> Bool {
    slot.base == conventions.pointers.sp || slot.base == conventions.pointers.fp
  }
}
