/// The packed slots of an `UnwindRule`: where registers are saved, and which.
struct RuleSlots: BitwiseCopyable {
  /// Slots 0 to 7, a byte each.
  private(set) var low: UInt64 = 0
  /// Slots 8 to 13, a byte each, and the mask of changed slots in the top bits.
  private(set) var high: UInt64 = 0

  /// What stands for a register whose value is lost.
  static let undefined = Int8.min

  /// The distance in words of two to the power of `shift` bytes that a slot can hold, nil where it can't.
  static func words(_ offset: Int64, shift: UInt8) -> Int8? {
    guard offset & (1 &<< Int64(shift) &- 1) == 0, let words = Int8(exactly: offset &>> Int64(shift)),
      words != undefined
    else { return nil }
    return words
  }

  /// Bit i is set when slot i is changed.
  var changed: UInt16 { UInt16(truncatingIfNeeded: high >> 48) }

  /// What a slot holds.
  subscript(slot: Int) -> Int8 {
    Int8(truncatingIfNeeded: slot < 8 ? low &>> UInt64(slot &* 8) : high &>> UInt64((slot &- 8) &* 8))
  }

  /// Says that the register of `slot` is saved `words` from the base, or undefined.
  mutating func set(_ slot: Int, words: Int8) {
    setByte(slot, UInt8(bitPattern: words))
    high |= 1 &<< UInt64(48 &+ slot)
  }

  /// Says that the register of `slot` is unchanged.
  mutating func clear(_ slot: Int) {
    setByte(slot, 0)
    high &= ~(1 &<< UInt64(48 &+ slot))
  }

  /// Stores something else in the byte of an unchanged slot.
  mutating func setByte(_ slot: Int, _ byte: UInt8) {
    if slot < 8 {
      let shift = UInt64(slot &* 8)
      low = low & ~(0xFF &<< shift) | UInt64(byte) &<< shift
    } else {
      let shift = UInt64((slot &- 8) &* 8)
      high = high & ~(0xFF &<< shift) | UInt64(byte) &<< shift
    }
  }
}
