import ProfileModel

extension FrameConventions {
  /// System V ABI, Intel386 supplement: the return address is on the stack from the start.
  ///
  /// Of the registers that callers rely on, %ebp alone is one that frames are found by. glibc's string functions for i386
  /// keep %esi and %edi in other registers, which a rule can't say and nobody needs.
  static let i386 = FrameConventions(
    .i386, stackPointer: 4, returnAddressColumn: 8, returnAddressSlot: 0, registerLimit: 8, preservedSlots: 2,
    canSignReturnAddress: false)
}

extension RegisterSlots {
  /// eip, ebp, ebx, esi, edi as callers need them; then eax, ecx and edx, which only signal frames restore. The other
  /// slots are nobody's.
  ///
  /// DWARF numbers: System V ABI, Intel386 supplement, figure 2.14.
  static let i386 = RegisterSlots(numbers: [8, 5, 3, 6, 7, 0, 1, 2, 255, 255, 255, 255, 255, 255])
}
