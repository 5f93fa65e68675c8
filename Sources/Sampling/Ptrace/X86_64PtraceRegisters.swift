/// x86-64 registers as PTRACE_GETREGSET gives them (`struct user_regs_struct`, sys/user.h).
enum X86_64PtraceRegisters {
  /// Bytes of the set for a 64-bit task.
  static let byteCount = 27 * 8

  /// DWARF number of the register at each position; 255 for those that have none here.
  ///
  /// r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp, then segments.
  static let dwarfNumbers: InlineArray<20, UInt8> = [
    15, 14, 13, 12, 6, 3, 11, 10, 9, 8, 0, 2, 1, 4, 5, 255, 16, 255, 255, 7,
  ]
}
