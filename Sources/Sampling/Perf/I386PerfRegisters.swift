import ProfileModel

/// i386 user registers in a sample of an x86-64 kernel: the lower halves of the first nine that `X86_64PerfRegisters`
/// asks for, in the same places. What stands in the others, r8 to r15, is nobody's.
enum I386PerfRegisters {
  static let count = 9

  /// DWARF number of the register at each position of the kernel's order: ax, bx, cx, dx, si, di, bp, sp, ip.
  static let dwarfNumbers: InlineArray<9, UInt8> = [0, 3, 1, 2, 6, 7, 5, 4, 8]
}
