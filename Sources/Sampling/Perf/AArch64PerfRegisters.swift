import ProfileModel

/// AArch64 user registers in a sample, in the kernel's order (`enum perf_event_arm_regs`, asm/perf_regs.h).
enum AArch64PerfRegisters {
  /// x0 to x30, sp, pc are bits 0 to 32, just as DWARF numbers them.
  static let mask: UInt64 = (1 << 33) - 1
  static let count = 33
}
