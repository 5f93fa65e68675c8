/// Packs the fields of an `UnwindRule`.
struct RuleEncoder {
  var kind: UnwindRule.Kind
  var cfaRegister: UInt8
  var cfaOffset: Int32 = 0
  var saveBase: UInt8 = UnwindRule.cfaBase
  var flags: UnwindRule.Flags = []
  var slots = RuleSlots()

  init(kind: UnwindRule.Kind, cfaRegister: UInt8) {
    self.kind = kind
    self.cfaRegister = cfaRegister
  }

  /// Sets both halves of the offset, for the kinds that have two.
  mutating func setOffsets(inner: Int16, outer: Int16) {
    cfaOffset = Int32(bitPattern: UInt32(UInt16(bitPattern: inner)) | UInt32(UInt16(bitPattern: outer)) << 16)
  }

  /// Says that the return address is in a register.
  mutating func setReturnAddressRegister(_ number: UInt8) {
    flags.insert(.returnAddressInRegister)
    slots.setByte(0, number)
  }

  /// The packed rule.
  var rule: UnwindRule {
    UnwindRule(
      head: UInt64(UInt32(bitPattern: cfaOffset)) | UInt64(cfaRegister) << 32 | UInt64(kind.rawValue) << 40
        | UInt64(saveBase) << 48 | UInt64(flags.rawValue) << 56,
      slotsLow: slots.low, slotsHigh: slots.high)
  }
}
