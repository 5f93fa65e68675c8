/// How wide an image's addresses are (`EI_CLASS`), which is not always how wide registers are: x32 programs have 32-bit
/// addresses in 64-bit registers.
public enum AddressSize: UInt8, Hashable, Sendable, BitwiseCopyable {
  /// 4 bytes.
  case narrow = 1
  /// 8 bytes.
  case wide = 2

  /// Bytes of an address.
  @inlinable public var bytes: Int { self == .wide ? 8 : 4 }
  /// The bits of an address; sums are taken modulo them.
  @inlinable public var mask: UInt64 { self == .wide ? .max : UInt64(UInt32.max) }
}
