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

extension UnwindRule {
  /// That there is no caller.
  package static let outermost: UnwindRule = {
    var encoder = RuleEncoder(kind: .registerOffset, cfaRegister: 7)
    encoder.flags = .root
    return encoder.rule
  }()

  /// A frame whose return address lies `size` bytes above the stack pointer, and the caller's frame pointer right below
  /// it if that was saved (x86-64).
  package static func frameX86_64(size: Int32, savesFramePointer: Bool) -> UnwindRule {
    var encoder = RuleEncoder(kind: .registerOffset, cfaRegister: 7)
    encoder.cfaOffset = size &+ 8
    encoder.slots.set(0, words: -1)
    if savesFramePointer { encoder.slots.set(1, words: -2) }
    return encoder.rule
  }
}
