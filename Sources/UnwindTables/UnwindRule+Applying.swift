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
