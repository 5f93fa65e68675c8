/// How a thread that is on one stack tells where the one lies that it has left.
public enum StackSwitch: Hashable, Sendable {
  /// The other stack's pointer is the word at this address: the registers that a signal saved.
  case saved(at: UInt64)
  /// The same of a 32-bit program, whose word is of four bytes.
  case savedNarrow(at: UInt64)
  /// The word at this address is a goroutine (`runtime.g`), which keeps its stack pointer.
  case goroutine(at: UInt64)
  /// The frame pointer points into the other stack.
  case framePointer
}
