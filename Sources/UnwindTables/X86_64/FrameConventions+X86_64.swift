import ProfileModel

extension FrameConventions {
  /// System V ABI, AMD64 supplement: the return address is on the stack from the start.
  static let x86_64 = FrameConventions(
    .x86_64, stackPointer: 7, returnAddressColumn: 16, returnAddressSlot: 0, registerLimit: 16, preservedSlots: 7,
    canSignReturnAddress: false)
}
