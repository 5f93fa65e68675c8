/// AArch64 registers as PTRACE_GETREGSET gives them (`struct user_pt_regs`, asm/ptrace.h): x0 to x30, sp, pc, pstate.
///
/// A call that a stop has ended can't be begun again from outside: the kernel prepares that before it stops, and keeps
/// the first argument, which the result has replaced, to itself.
enum AArch64PtraceRegisters {
  /// Bytes of the set for a 64-bit task.
  static let byteCount = 34 * 8
  /// How many of them DWARF numbers, in the same order.
  static let count = 33
}
