/// Packs the fields of an `UnwindRule`.
struct RuleEncoder {
  var kind: UnwindRule.Kind
  var cfaRegister: UInt8
  var cfaOffset: Int32 = 0
  var saveBase: UInt8 = UnwindRule.cfaBase
  var flags: UnwindRule.Flags = []
  private var slotsLow: UInt64 = 0
  private var slotsHigh: UInt64 = 0

  init(kind: UnwindRule.Kind, cfaRegister: UInt8) {
    self.kind = kind
    self.cfaRegister = cfaRegister
  }

  /// Sets both halves of the offset, for the kinds that have two.
  mutating func setOffsets(inner: Int16, outer: Int16) {
    cfaOffset = Int32(bitPattern: UInt32(UInt16(bitPattern: inner)) | UInt32(UInt16(bitPattern: outer)) << 16)
  }

  /// Says that the register of `slot` is saved `words` from the base; -128 says that it is lost.
  mutating func setSlot(_ slot: Int, words: Int8) {
    setByte(slot, UInt8(bitPattern: words))
    slotsHigh |= 1 << UInt64(48 + slot)
  }

  /// Says that the return address is in a register.
  mutating func setReturnAddressRegister(_ number: UInt8) {
    flags.insert(.returnAddressInRegister)
    setByte(0, number)
  }

  private mutating func setByte(_ slot: Int, _ byte: UInt8) {
    if slot < 8 {
      slotsLow |= UInt64(byte) << UInt64(slot * 8)
    } else {
      slotsHigh |= UInt64(byte) << UInt64((slot - 8) * 8)
    }
  }

  /// The packed rule.
  var rule: UnwindRule {
    UnwindRule(
      head: UInt64(UInt32(bitPattern: cfaOffset)) | UInt64(cfaRegister) << 32 | UInt64(kind.rawValue) << 40
        | UInt64(saveBase) << 48 | UInt64(flags.rawValue) << 56,
      slotsLow: slotsLow, slotsHigh: slotsHigh)
  }
}
