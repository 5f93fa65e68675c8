import ProfileModel

/// x86-64 user registers in a sample: general ones in the kernel's order (`enum perf_event_x86_regs`, asm/perf_regs.h).
enum X86_64PerfRegisters {
  /// ax, bx, cx, dx, si, di, bp, sp, ip are bits 0 to 8; r8 to r15 bits 16 to 23; flags and segments are left out.
  static let mask: UInt64 = 0xFF_01FF
  static let count = 17

  /// DWARF number of the register at each position of the kernel's order.
  static let dwarfNumbers: InlineArray<17, UInt8> = [0, 3, 2, 1, 4, 5, 6, 7, 16, 8, 9, 10, 11, 12, 13, 14, 15]
}
