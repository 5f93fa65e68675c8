/// Memory that was copied together with a sample, beside the dump: what lies behind that, or on another stack.
public struct SampledPages: ~Escapable {
  /// Bytes of each.
  public static var size: UInt64 { 4_096 }

  /// Where each page lies in the process, in no order; each a multiple of `size`.
  public let addresses: Span<UInt64>
  /// The pages' bytes, in the same order.
  public let bytes: RawSpan
  /// Bytes from the beginning of a page to that of the next; at least `size`.
  public let stride: Int

  /// Pages whose bytes outlive them.
  @_lifetime(copy addresses, copy bytes)
  public init(addresses: Span<UInt64>, bytes: RawSpan, stride: Int = Int(size)) {
    self.addresses = addresses
    self.bytes = bytes
    self.stride = stride
  }

  /// None.
  @_lifetime(immortal)
  public init() {
    addresses = Span()
    bytes = RawSpan()
    stride = Int(Self.size)
  }
}
