/// What is wrong with bytes that were read as something they are not.
public enum BinaryReadingError: Error, Hashable, Sendable {
  /// A value of `count` bytes was wanted at `offset`, where only `available` are left.
  case truncated(offset: Int, count: Int, available: Int)
  /// A LEB128 number at `offset` does not fit 64 bits.
  case overlongNumber(offset: Int)
  /// A string that starts at `offset` has no terminating zero.
  case unterminatedString(offset: Int)
  /// A system call on a file failed.
  case io(path: String, errno: Int32)
}
