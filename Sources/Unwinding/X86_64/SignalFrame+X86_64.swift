extension SignalFrame {
  /// `struct rt_sigframe` (`arch/x86/include/asm/sigframe.h`): when the handler has returned, the stack pointer is at
  /// its `ucontext`, whose general registers start 40 bytes in, in the order of `struct sigcontext_64`.
  static let x86_64 = SignalFrame(
    // mov $0xf, %rax; syscall
    code: [0x48, 0xC7, 0xC0, 0x0F, 0x00, 0x00, 0x00, 0x0F, 0x05],
    savedRegisters: [8, 9, 10, 11, 12, 13, 14, 15, 5, 4, 6, 3, 1, 0, 2, 7, 16].enumerated().map { index, number in
      (number: number, offset: UInt64(40 + 8 * index))
    })
}
