/// A processor architecture that perfprof can unwind.
public enum Architecture: UInt8, Hashable, Sendable {
  /// AMD64, System V ABI.
  case x86_64
  /// 64-bit Arm, AAPCS64.
  case aarch64

  /// What this program runs on.
  public static var host: Architecture {
    #if arch(arm64)
      .aarch64
    #else
      .x86_64
    #endif
  }
}
