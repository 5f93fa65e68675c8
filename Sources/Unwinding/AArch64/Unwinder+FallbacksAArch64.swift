import ProfileModel

/// What frame records tell (AArch64), where nothing else does.
extension Unwinder {
  /// Whether the chain of frame records ends here (AArch64): x29 is nothing but a frame pointer there, and zero marks the
  /// outermost frame (AAPCS64, section 6.4.6). On x86-64 a zero means nothing.
  func isEndOfRecords(_ frame: FrameCursor) -> Bool {
    guard architecture == .aarch64, frame.isReturnAddress else { return false }
    return frame.fp == 0 || frame.fp & 7 == 0 && frame.fp >= frame.sp && context.memory.word(at: frame.fp &+ 8) == 0
  }

  /// Follows the frame record where nothing else is known of the code (AArch64): it lies on the stack, above the stack
  /// pointer, and a call precedes its return address.
  func stepByFramePointer(_ frame: inout FrameCursor) -> Bool {
    let record = frame.fp
    guard architecture == .aarch64, record & 7 == 0, record >= frame.sp, record - frame.sp < 1 << 30,
      let caller = context.memory.word(at: record), let word = context.memory.word(at: record &+ 8),
      case let address = withoutAuthentication(word), context.isPlausible(returnAddress: address),
      context.isBehindCall(address)
    else { return false }
    frame.place = .returnAddress(address)
    frame.fp = caller
    frame.sp = record &+ 16
    return true
  }

  /// A return address without the code that pointer authentication puts into its upper bits (AArch64).
  func withoutAuthentication(_ address: UInt64) -> UInt64 {
    nativeArchitecture == .aarch64 ? address & context.space.addressMask : address
  }
}
