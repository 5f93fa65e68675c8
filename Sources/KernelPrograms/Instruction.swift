/// An instruction of a program that runs in the kernel (BPF), in the encoding of RFC 9669.
///
///     ┌ operation ┬ to ┬ from ┬ offset ┬ value ┐
///     │     8     │ 4  │  4   │   16   │  32   │ bits, the lowest first
///     └───────────┴────┴──────┴────────┴───────┘
public struct Instruction: Hashable, Sendable {
  /// One word, or two for a map.
  let words: [UInt64]

  private init(
    _ operation: UInt64, to: Register = .r0, from: Register = .r0, offset: Int16 = 0, value: Int32 = 0,
    second: UInt64? = nil
  ) {
    let first =
      operation | to.rawValue << 8 | from.rawValue << 12 | UInt64(UInt16(bitPattern: offset)) << 16
      | UInt64(UInt32(bitPattern: value)) << 32
    words = second.map { [first, $0] } ?? [first]
  }

  /// The words of a program.
  public static func code(_ instructions: [Instruction]) -> [UInt64] { instructions.flatMap(\.words) }

  /// `r0` is a call's result, `r1` to `r5` its arguments, `r6` to `r9` outlive it; a program's own argument is in `r1`.
  public enum Register: UInt64, Sendable {
    case r0, r1, r2, r3, r4, r5, r6, r7, r8, r9
    /// The end of 512 bytes of stack, which lie below it.
    case frame
  }

  /// How many bytes a load or store moves; the raw value is the encoding's.
  public enum Size: UInt64, Sendable {
    case bytes4 = 0x00
    case bytes8 = 0x18
  }

  /// Functions of the kernel (bpf-helpers(7)).
  public enum Helper: Int32, Sendable {
    /// Address of a map's value for the key that `r2` points to, or 0.
    case mapLookup = 1
    /// Process in the upper, thread in the lower half, as the machine's first PID namespace numbers them.
    case currentProcessAndThread = 14
    case snprintf = 165
  }

  // MARK: Instructions

  /// `to = *(from + offset)`.
  public static func load(_ to: Register, from: Register, offset: Int16 = 0, size: Size) -> Instruction {
    Instruction(0x61 | size.rawValue, to: to, from: from, offset: offset)
  }

  /// `*(to + offset) = from`.
  public static func store(_ from: Register, to: Register, offset: Int16 = 0, size: Size) -> Instruction {
    Instruction(0x63 | size.rawValue, to: to, from: from, offset: offset)
  }

  /// `to` = the map, for the functions that take one.
  public static func load(_ to: Register, map: Int32) -> Instruction {
    Instruction(0x18, to: to, from: .r1, value: map, second: 0)  // BPF_PSEUDO_MAP_FD
  }

  /// `to` = the address of the first value of an array.
  public static func loadValue(_ to: Register, ofMap map: Int32) -> Instruction {
    Instruction(0x18, to: to, from: .r2, value: map, second: 0)  // BPF_PSEUDO_MAP_VALUE
  }

  /// `to = value`.
  public static func set(_ to: Register, to value: Int32) -> Instruction { Instruction(0xB7, to: to, value: value) }

  /// `to = from`.
  public static func copy(_ to: Register, from: Register) -> Instruction { Instruction(0xBF, to: to, from: from) }

  /// `to += value`.
  public static func add(_ to: Register, _ value: Int32) -> Instruction { Instruction(0x07, to: to, value: value) }

  /// `to >>= bits`, unsigned.
  public static func shiftRight(_ to: Register, _ bits: Int32) -> Instruction {
    Instruction(0x77, to: to, value: bits)
  }

  /// Passes over `count` words where the register holds `value`.
  public static func skip(_ count: Int16, if register: Register, is value: Int32) -> Instruction {
    Instruction(0x15, to: register, offset: count, value: value)
  }

  /// Calls a function of the kernel.
  public static func call(_ helper: Helper) -> Instruction { Instruction(0x85, value: helper.rawValue) }

  /// Ends the program; its result is `r0`.
  public static let exit = Instruction(0x95)
}
