/// A thread's user-mode general registers, numbered as DWARF does.
///
/// x86-64 (System V ABI, figure 3.36): 0 rax, 1 rdx, 2 rcx, 3 rbx, 4 rsi, 5 rdi, 6 rbp, 7 rsp, 8–15 r8–r15, 16 rip.
/// AArch64 (AADWARF64, section 4.1): 0–30 x0–x30, 31 sp, 32 pc.
/// i386 (System V ABI for Intel386, figure 2.14): 0 eax, 1 ecx, 2 edx, 3 ebx, 4 esp, 5 ebp, 6 esi, 7 edi, 8 eip, their
/// upper halves zero.
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

  /// DWARF number of the program counter (the return-address column on x86-64 and i386).
  @inlinable public static func programCounter(_ architecture: Architecture) -> Int {
    switch architecture {
    case .x86_64: 16
    case .aarch64: 32
    case .i386: 8
    }
  }
  /// DWARF number of the stack pointer.
  @inlinable public static func stackPointer(_ architecture: Architecture) -> Int {
    switch architecture {
    case .x86_64: 7
    case .aarch64: 31
    case .i386: 4
    }
  }
  /// DWARF number of the frame pointer (rbp, x29, ebp).
  @inlinable public static func framePointer(_ architecture: Architecture) -> Int {
    switch architecture {
    case .x86_64: 6
    case .aarch64: 29
    case .i386: 5
    }
  }
}
