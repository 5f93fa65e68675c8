/// i386 registers as PTRACE_GETREGSET of an x86-64 kernel gives those of a 32-bit task (`struct user_regs_struct32`,
/// asm/user_32.h).
enum I386PtraceRegisters {
  /// Bytes of the set; by it the kernel tells a 32-bit task from a 64-bit one.
  static let byteCount = 17 * 4

  /// DWARF number of the register at each position; 255 for those that have none here.
  ///
  /// ebx ecx edx esi edi ebp eax, segments, orig_eax, eip cs eflags esp ss.
  static let dwarfNumbers: InlineArray<16, UInt8> = [
    3, 1, 2, 6, 7, 5, 0, 255, 255, 255, 255, 255, 8, 255, 255, 4,
  ]
}
