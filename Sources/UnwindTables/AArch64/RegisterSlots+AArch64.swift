extension RegisterSlots {
  /// The return address, x29 (fp), x30 (lr), x19 to x28 as callers need them; then x16, which veneers use.
  ///
  /// The return address comes from x30, except in a signal frame, which holds the interrupted pc as well; it goes by
  /// the number 32 here. DWARF numbers: AADWARF64, section 4.1.
  static let aarch64 = RegisterSlots(
    numbers: [32, 29, 30, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 16])
}
