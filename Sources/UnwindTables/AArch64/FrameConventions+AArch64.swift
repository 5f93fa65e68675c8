extension FrameConventions {
  /// AAPCS64: the return address arrives in x30 and may be signed (Arm's AADWARF64, section 4.2).
  static let aarch64 = FrameConventions(
    slots: .aarch64, stackPointer: 31, returnAddressColumn: 30, linkRegisterSlot: 2, registerLimit: 32,
    preservedSlots: 13, canSignReturnAddress: true,
    knownFrame: { state, isSignalFrame in
      isSignalFrame && isKernelTrampoline(state) ? .linuxSignalFrame : nil
    })

  /// Whether this is what the kernel's vDSO says of `__kernel_rt_sigreturn`: a frame record at x29 (see
  /// `arch/arm64/kernel/vdso/sigreturn.S`), which leaves out the stack pointer and the interrupted pc.
  private static func isKernelTrampoline(_ state: FrameState) -> Bool {
    state.cfa == .registerOffset(29, 0) && state.registers[1] == .atCFA(0) && state.registers[2] == .atCFA(8)
  }
}

extension UnwindRule {
  /// The frame that the AArch64 kernel pushes for a signal, `struct rt_sigframe` at the stack pointer:
  ///
  ///     sp + 0     siginfo, 128 bytes
  ///        + 128   ucontext, its mcontext 176 bytes in: fault address, then
  ///        + 312   x0 … x30
  ///        + 560   sp
  ///        + 568   pc
  static let linuxSignalFrame: UnwindRule = {
    var encoder = RuleEncoder(kind: .dereference, cfaRegister: 31)
    encoder.setOffsets(inner: 560, outer: 0)
    encoder.saveBase = 31
    encoder.flags = .signalFrame
    for slot in 0..<UnwindRule.slotCount {
      let number = Int(RegisterSlots.aarch64.numbers[slot])
      encoder.setSlot(slot, words: Int8(truncatingIfNeeded: number == 32 ? 71 : 39 + number))
    }
    return encoder.rule
  }()
}
