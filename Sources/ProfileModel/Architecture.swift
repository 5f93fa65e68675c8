/// A processor architecture that perfprof can unwind.
public enum Architecture: UInt8, Hashable, Sendable {
  /// AMD64, System V ABI.
  case x86_64
  /// 64-bit Arm, AAPCS64.
  case aarch64
  /// 32-bit programs of x86, System V ABI for Intel386; kernels for x86-64 run them too.
  case i386

  /// What this program runs on.
  public static var host: Architecture {
    #if arch(arm64)
      .aarch64
    #else
      .x86_64
    #endif
  }

  /// As `uname -m` spells it.
  public var name: String {
    switch self {
    case .x86_64: "x86_64"
    case .aarch64: "aarch64"
    case .i386: "i386"
    }
  }

  /// What 32-bit programs are that a kernel for this architecture runs; nil where perfprof can't unwind them.
  public var narrow: Architecture? {
    switch self {
    case .x86_64: .i386
    case .aarch64, .i386: nil
    }
  }

  /// Bytes of a general register, and of what a call pushes.
  @inlinable public var wordSize: UInt64 { self == .i386 ? 4 : 8 }

  /// The bits that a general register has.
  @inlinable public var wordMask: UInt64 { self == .i386 ? 0xFFFF_FFFF : .max }
}
