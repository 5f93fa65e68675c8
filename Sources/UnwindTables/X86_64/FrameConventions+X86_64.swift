import ProfileModel

extension FrameConventions {
  /// System V ABI, AMD64 supplement: the return address is on the stack from the start.
  static let x86_64 = FrameConventions(
    .x86_64, stackPointer: 7, returnAddressColumn: 16, returnAddressSlot: 0, registerLimit: 16, preservedSlots: 7,
    canSignReturnAddress: false)
}

extension RegisterSlots {
  /// rip, rbp, rbx, r12 to r15 as callers need them; then the registers that only signal frames restore.
  ///
  /// DWARF numbers: System V ABI, AMD64 supplement, figure 3.36.
  static let x86_64 = RegisterSlots(numbers: [16, 6, 3, 12, 13, 14, 15, 0, 1, 2, 4, 5, 10, 11])
}
