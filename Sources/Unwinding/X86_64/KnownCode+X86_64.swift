extension KnownCode {
  /// `struct rt_sigframe` (`arch/x86/include/asm/sigframe.h`): when the handler has returned, the stack pointer is at
  /// its `ucontext`, whose general registers start 40 bytes in, in the order of `struct sigcontext_64`.
  static let x86_64 = KnownCode(
    // mov $0xf, %rax; syscall
    trampoline: [0x48, 0xC7, 0xC0, 0x0F, 0x00, 0x00, 0x00, 0x0F, 0x05],
    savedRegisters: ([8, 9, 10, 11, 12, 13, 14, 15, 5, 4, 6, 3, 1, 0, 2, 7, 16] as [UInt8]).enumerated()
      .map { index, number in (number: number, offset: UInt64(40 + 8 * index)) },
    // glibc's __start_context: mov %rbx, %rsp; mov (%rsp), %rdi; test %rdi, %rdi
    coroutineStart: [0x48, 0x89, 0xDC, 0x48, 0x8B, 0x3C, 0x24, 0x48, 0x85, 0xFF])
}
