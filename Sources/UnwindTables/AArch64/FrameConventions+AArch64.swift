import ProfileModel

extension FrameConventions {
  /// AAPCS64: the return address arrives in x30 and may be signed (Arm's AADWARF64, section 4.2).
  static let aarch64 = FrameConventions(
    .aarch64, stackPointer: 31, returnAddressColumn: 30, returnAddressSlot: 2, registerLimit: 32, preservedSlots: 13,
    canSignReturnAddress: true)
}

extension RegisterSlots {
  /// The return address, x29 (fp), x30 (lr), x19 to x28 as callers need them; then x16, which veneers use.
  ///
  /// The return address comes from x30, except in a signal frame, which holds the interrupted pc as well; it goes by
  /// the number 32 here. DWARF numbers: AADWARF64, section 4.1.
  static let aarch64 = RegisterSlots(
    numbers: [32, 29, 30, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 16])
}

extension UnwindRule {
  /// The rule for the kernel's signal trampoline, if this is what the vDSO says of `__kernel_rt_sigreturn`: a frame
  /// record at x29 (`arch/arm64/kernel/vdso/sigreturn.S`), which leaves out the stack pointer and the interrupted pc.
  static func aarch64SignalFrame(_ state: borrowing FrameState) -> UnwindRule? {
    guard state.cfa == .registerOffset(0, 29), state.registers[1] == .atCFA(0), state.registers[2] == .atCFA(8) else {
      return nil
    }
    return aarch64SignalFrame
  }

  /// The frame that the AArch64 kernel pushes for a signal, `struct rt_sigframe` at the stack pointer:
  ///
  ///     sp + 0     siginfo, 128 bytes
  ///        + 128   ucontext, its mcontext 176 bytes in: fault address, then
  ///        + 312   x0 … x30
  ///        + 560   sp
  ///        + 568   pc
  private static let aarch64SignalFrame: UnwindRule = {
    var encoder = RuleEncoder(kind: .dereference, cfaRegister: 31)
    encoder.setOffsets(inner: 560, outer: 0)
    encoder.saveBase = 31
    encoder.flags = .signalFrame
    for slot in 0..<slotCount {
      let number = Int(RegisterSlots.aarch64.numbers[slot])
      encoder.slots.set(slot, words: Int8(truncatingIfNeeded: number == 32 ? 71 : 39 + number))
    }
    return encoder.rule
  }()
}
