public import ProfileModel

/// Which register each slot of an architecture's `UnwindRule` stands for.
public struct RegisterSlots: Sendable {
  /// DWARF number by slot; slot 0 is the program counter.
  public let numbers: InlineArray<14, UInt8>
  /// Slot by DWARF number, -1 where there is none.
  private let slots: InlineArray<33, Int8>

  init(numbers: InlineArray<14, UInt8>) {
    self.numbers = numbers
    var slots = InlineArray<33, Int8>(repeating: -1)
    for slot in 0..<UnwindRule.slotCount where numbers[slot] < 33 {
      slots[Int(numbers[slot])] = Int8(truncatingIfNeeded: slot)
    }
    self.slots = slots
  }

  /// The slots of `architecture`.
  public static func of(_ architecture: Architecture) -> RegisterSlots {
    switch architecture {
    case .x86_64: .x86_64
    case .aarch64: .aarch64
    }
  }

  /// The slot of the register with this DWARF number, if there is one.
  public func slot(ofRegister number: UInt64) -> Int? {
    guard number < 33, case let slot = slots[Int(truncatingIfNeeded: number)], slot >= 0 else { return nil }
    return Int(slot)
  }
}
