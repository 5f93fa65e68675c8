public import ProfileModel

/// Which register each slot of an architecture's `UnwindRule` stands for.
public struct RegisterSlots: Sendable {
  /// DWARF number by slot; slot 0 is the program counter.
  public let numbers: InlineArray<14, UInt8>

  init(numbers: InlineArray<14, UInt8>) { self.numbers = numbers }

  /// The slots of `architecture`.
  public static func of(_ architecture: Architecture) -> RegisterSlots {
    switch architecture {
    case .x86_64: .x86_64
    case .aarch64: .aarch64
    case .i386: .i386
    }
  }
}
