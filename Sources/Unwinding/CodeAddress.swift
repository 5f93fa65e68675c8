/// A code address as a walk meets it: where the processor is, or where it will return to.
enum CodeAddress: Hashable, BitwiseCopyable {
  /// The next instruction of the leaf, or of a frame that a signal interrupted.
  case programCounter(UInt64)
  /// Points behind a call.
  case returnAddress(UInt64)

  /// The address itself, as found in a register or on the stack.
  @inline(__always)
  var address: UInt64 {
    switch self {
    case .programCounter(let address), .returnAddress(let address): address
    }
  }

  /// The address to look up rules by: inside the call for a return address.
  @inline(__always)
  var lookupAddress: UInt64 {
    switch self {
    case .programCounter(let address): address
    case .returnAddress(let address): address &- 1
    }
  }

  /// Whether it points behind a call.
  @inline(__always)
  var isReturnAddress: Bool {
    switch self {
    case .programCounter: false
    case .returnAddress: true
    }
  }
}
