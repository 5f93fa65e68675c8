extension RegisterSlots {
  /// eip, ebp, ebx, esi, edi as callers need them; then eax, ecx and edx, which only signal frames restore. The other
  /// slots are nobody's.
  ///
  /// DWARF numbers: System V ABI, Intel386 supplement, figure 2.14.
  static let i386 = RegisterSlots(numbers: [8, 5, 3, 6, 7, 0, 1, 2, 255, 255, 255, 255, 255, 255])
}
