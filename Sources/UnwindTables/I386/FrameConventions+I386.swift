extension FrameConventions {
  /// System V ABI, Intel386 supplement: the return address is on the stack from the start.
  static let i386 = FrameConventions(
    .i386, stackPointer: 4, returnAddressColumn: 8, returnAddressSlot: 0, registerLimit: 8, preservedSlots: 5,
    canSignReturnAddress: false)
}
