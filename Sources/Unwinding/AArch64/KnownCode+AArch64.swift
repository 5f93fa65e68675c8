extension KnownCode {
  /// `struct rt_sigframe` (`arch/arm64/kernel/signal.c`): 128 bytes of `siginfo`, then the `ucontext`, whose
  /// `sigcontext` lies 176 bytes in: the fault address, x0 to x30, sp, pc.
  static let aarch64 = KnownCode(
    // mov x8, #139; svc #0
    trampoline: [0x68, 0x11, 0x80, 0xD2, 0x01, 0x00, 0x00, 0xD4],
    savedRegisters: (0..<33).map { (number: $0, offset: 128 + 176 + 8 + 8 * UInt64($0)) },
    coroutineStart: [])
}
