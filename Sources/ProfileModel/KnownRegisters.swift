/// Which of a thread's registers are known, by DWARF number.
public struct KnownRegisters: Hashable, Sendable, BitwiseCopyable {
  /// Bit i is set when register i is known.
  public var bits: UInt64

  /// Registers with these bits.
  @inlinable public init(bits: UInt64) { self.bits = bits }

  /// All of them.
  @inlinable public static var all: KnownRegisters { KnownRegisters(bits: .max) }

  /// The stack pointer and the program counter, which is what the kernel tells of a thread that it doesn't stop.
  @inlinable public static func pointersOnly(_ architecture: Architecture) -> KnownRegisters {
    KnownRegisters(
      bits: 1 << UInt64(UserRegisters.stackPointer(architecture))
        | 1 << UInt64(UserRegisters.programCounter(architecture)))
  }
}
