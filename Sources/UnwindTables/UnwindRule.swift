/// How to get from one frame to its caller: 24 bytes, the same layout for every architecture.
///
/// A rule first gives the canonical frame address (CFA), which is the caller's stack pointer, and then, for the
/// registers that an architecture tracks, the place where this frame saved the caller's value. Which register a slot
/// stands for is told by `RegisterSlots`; slot 0 is always the return address, slot 1 the frame pointer.
///
///     head       63     56 55      48 47   40 39        32 31                             0
///               |  flags  | saveBase | kind  | cfaRegister |          cfaOffset            |
///     slotsLow  | slot 7  |                 ...                          | slot 1 | slot 0 |
///     slotsHigh | mask, 14 bits  |  slot 13   |           ...          | slot 9  | slot 8  |
///
/// A slot is a signed count of the architecture's words from the save base; its mask bit says whether the frame changed the
/// register at all. A register whose bit is clear keeps its value.
public struct UnwindRule: Hashable, Sendable, BitwiseCopyable {
  @usableFromInline var head: UInt64
  @usableFromInline var slotsLow: UInt64
  @usableFromInline var slotsHigh: UInt64

  @inlinable
  init(head: UInt64, slotsLow: UInt64, slotsHigh: UInt64) {
    self.head = head
    self.slotsLow = slotsLow
    self.slotsHigh = slotsHigh
  }

  /// The number of registers a rule can restore.
  public static let slotCount = 14

  /// The form of a rule.
  public enum Kind: UInt8, Sendable {
    /// CFA = register + `cfaOffset`.
    case registerOffset
    /// CFA = *(register + `innerOffset`) + `outerOffset`, for realigned stacks, signal frames and hand-written code.
    case dereference
    /// CFA = register + `innerOffset`, and a word more when the program counter's low four bits are at least
    /// `outerOffset`: the lazy-binding stubs of x86's `.plt`.
    case procedureLinkage
    /// Unwind information exists, but its rule has no compact form: ask another unwinder.
    case needsFallback
    /// No unwind information covers the address.
    case uncovered
  }

  /// The form of the rule.
  @inlinable public var kind: Kind { Kind(rawValue: UInt8(truncatingIfNeeded: head >> 40)) ?? .needsFallback }

  /// Whether the rule can be applied: neither `.needsFallback` nor `.uncovered`.
  @inlinable public var isApplicable: Bool {
    UInt8(truncatingIfNeeded: head >> 40) < Kind.needsFallback.rawValue
  }

  /// DWARF number of the register that the CFA is computed from.
  @inlinable public var cfaRegister: Int { Int(truncatingIfNeeded: (head >> 32) & 0xFF) }

  /// What is added to the register (`.registerOffset`).
  @inlinable public var cfaOffset: Int32 { Int32(truncatingIfNeeded: head) }

  /// What is added to the register before the load (`.dereference`), or always (`.procedureLinkage`).
  @inlinable public var innerOffset: Int16 { Int16(truncatingIfNeeded: head) }

  /// What is added after the load (`.dereference`), or the threshold of the program counter (`.procedureLinkage`).
  @inlinable public var outerOffset: Int16 { Int16(truncatingIfNeeded: head >> 16) }

  /// Whether saved registers are addressed from the CFA; otherwise from the value that `saveBaseRegister` has in this
  /// frame.
  @inlinable public var savesAreRelativeToCFA: Bool { (head >> 48) & 0xFF == UInt64(Self.cfaBase) }

  /// DWARF number of the register that saved registers are addressed from; only when `savesAreRelativeToCFA` is false.
  @inlinable public var saveBaseRegister: Int { Int(truncatingIfNeeded: (head >> 48) & 0xFF) }

  /// What can be true of a rule beside its numbers.
  public struct Flags: OptionSet, Sendable {
    /// The bits.
    public var rawValue: UInt8
    /// Flags with these bits.
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// A frame that the kernel pushed to deliver a signal: the caller was interrupted, so its address is an
    /// instruction pointer and no return address.
    @inlinable public static var signalFrame: Flags { Flags(rawValue: 1) }
    /// The return address is undefined: the outermost frame of a thread.
    @inlinable public static var root: Flags { Flags(rawValue: 2) }
    /// The return address carries a pointer authentication code, which must be taken off (AArch64).
    @inlinable public static var signedReturnAddress: Flags { Flags(rawValue: 4) }
    /// The return address is still in a register, `returnAddressRegister`.
    @inlinable public static var returnAddressInRegister: Flags { Flags(rawValue: 8) }
    /// The return address is addressed from the CFA although other registers are not.
    @inlinable public static var returnAddressRelativeToCFA: Flags { Flags(rawValue: 16) }
  }

  /// What is true of this rule beside its numbers.
  @inlinable public var flags: Flags { Flags(rawValue: UInt8(truncatingIfNeeded: head >> 56)) }

  /// Whether the frame is the outermost one of its thread.
  @inlinable public var isRoot: Bool { flags.contains(.root) }

  /// Whether the frame was pushed by the kernel to deliver a signal.
  @inlinable public var isSignalFrame: Bool { flags.contains(.signalFrame) }

  /// DWARF number of the register that holds the return address; only with the flag `.returnAddressInRegister`.
  @inlinable public var returnAddressRegister: Int { Int(truncatingIfNeeded: slotsLow & 0xFF) }

  /// Bit i is set when slot i is saved in memory or undefined; the return address (bit 0) is left out when it is in a
  /// register or undefined.
  @inlinable public var changedSlots: UInt16 { UInt16(truncatingIfNeeded: slotsHigh >> 48) }

  /// Words (`Architecture.wordSize`) from the save base to the place where the register of `slot` is saved; `undefinedSlot` when its
  /// value is lost. Only for slots whose bit in `changedSlots` is set.
  @inlinable public func slotWords(_ slot: Int) -> Int {
    let word = slot < 8 ? slotsLow &>> UInt64(slot &* 8) : slotsHigh &>> UInt64((slot &- 8) &* 8)
    return Int(Int8(truncatingIfNeeded: word))
  }

  /// The value of `slotWords` for a register whose value is lost.
  @inlinable public static var undefinedSlot: Int { -128 }

  @usableFromInline static var cfaBase: UInt8 { 0xFF }

  /// Unwind information that this form can't hold.
  @inlinable public static var needsFallback: UnwindRule { bare(.needsFallback) }

  /// No unwind information.
  @inlinable public static var uncovered: UnwindRule { bare(.uncovered) }

  @usableFromInline static func bare(_ kind: Kind) -> UnwindRule {
    UnwindRule(head: UInt64(kind.rawValue) << 40, slotsLow: 0, slotsHigh: 0)
  }
}

extension UnwindRule {
  /// The frame's canonical frame address, or nil when `load` can't read the word that it depends on, or when the rule
  /// is not applicable.
  ///
  /// - Parameters:
  ///   - register: The value that the register `cfaRegister` has in this frame.
  ///   - programCounter: Where this frame is; only its low four bits count.
  ///   - wordSize: `Architecture.wordSize`.
  ///   - load: Reads a word of the stack; called at most once.
  @inlinable @inline(__always)
  public func canonicalFrameAddress(
    register: UInt64, programCounter: UInt64, wordSize: UInt64 = 8, load: (UInt64) -> UInt64?
  ) -> UInt64? {
    switch kind {
    case .registerOffset:
      return register &+ UInt64(bitPattern: Int64(cfaOffset))
    case .dereference:
      guard let word = load(register &+ UInt64(bitPattern: Int64(innerOffset))) else { return nil }
      return word &+ UInt64(bitPattern: Int64(outerOffset))
    case .procedureLinkage:
      let pushed: UInt64 = programCounter & 15 >= UInt64(bitPattern: Int64(outerOffset)) ? wordSize : 0
      return register &+ UInt64(bitPattern: Int64(innerOffset)) &+ pushed
    case .needsFallback, .uncovered:
      return nil
    }
  }
}
