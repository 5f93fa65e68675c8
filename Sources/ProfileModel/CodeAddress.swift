/// A code address as an unwinder meets it: where the processor is, or where it will return to.
public enum CodeAddress: Hashable, Sendable, BitwiseCopyable {
  /// The next instruction of the leaf, or of a frame that a signal interrupted.
  case instructionPointer(UInt64)
  /// Points behind a call.
  case returnAddress(UInt64)

  /// The address itself, as found in a register or on the stack.
  @inlinable public var address: UInt64 {
    switch self {
    case .instructionPointer(let address), .returnAddress(let address): address
    }
  }

  /// The address to look up rows, symbols and lines by: inside the call for a return address.
  @inlinable public var lookupAddress: UInt64 {
    switch self {
    case .instructionPointer(let address): address
    case .returnAddress(let address): address &- 1
    }
  }
}
