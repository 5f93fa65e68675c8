import ProfileModel

/// Which register each slot of an architecture's `UnwindRule` stands for.
public struct RegisterSlots: Sendable {
  /// DWARF number by slot; slot 0 is the program counter.
  public let numbers: InlineArray<14, UInt8>

  @usableFromInline
  init(numbers: InlineArray<14, UInt8>) { self.numbers = numbers }

  /// The slots of `architecture`.
  public static func of(_ architecture: Architecture) -> RegisterSlots {
    switch architecture {
    case .x86_64: .x86_64
    case .aarch64: .aarch64
    }
  }

  /// The slot of the register with this DWARF number, if there is one.
  public func slot(ofRegister number: UInt64) -> Int? {
    for slot in 0..<UnwindRule.slotCount where UInt64(numbers[slot]) == number { return slot }
    return nil
  }
}
