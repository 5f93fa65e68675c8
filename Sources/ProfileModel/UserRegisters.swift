/// A thread's user-mode general registers, numbered as DWARF does.
///
/// x86-64 (System V ABI, figure 3.36): 0 rax, 1 rdx, 2 rcx, 3 rbx, 4 rsi, 5 rdi, 6 rbp, 7 rsp, 8–15 r8–r15, 16 rip.
/// AArch64 (AADWARF64, section 4.1): 0–30 x0–x30, 31 sp, 32 pc.
public struct UserRegisters: Sendable, BitwiseCopyable {
  /// By DWARF number; entries past the architecture's last are zero.
  public var values: InlineArray<33, UInt64>

  /// All registers zero.
  @inlinable public init() { values = InlineArray(repeating: 0) }

  /// The register with this DWARF number, which must be below 33.
  @inlinable public subscript(number: Int) -> UInt64 {
    get { values[number] }
    set { values[number] = newValue }
  }

  /// DWARF number of the program counter (the return-address column on x86-64).
  @inlinable public static func programCounter(_ architecture: Architecture) -> Int {
    architecture == .x86_64 ? 16 : 32
  }
  /// DWARF number of the stack pointer.
  @inlinable public static func stackPointer(_ architecture: Architecture) -> Int {
    architecture == .x86_64 ? 7 : 31
  }
  /// DWARF number of the frame pointer (rbp, x29).
  @inlinable public static func framePointer(_ architecture: Architecture) -> Int {
    architecture == .x86_64 ? 6 : 29
  }
}
