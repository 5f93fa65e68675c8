import Glibc

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
  /// What is there is no regular file.
  case notRegular(path: String)
}

extension BinaryReadingError {
  /// Whether it says nothing of the file: no descriptor, or no memory, is left to open one.
  public var isShortage: Bool {
    guard case .io(_, let number) = self else { return false }
    return number == EMFILE || number == ENFILE || number == ENOMEM
  }
}

extension BinaryReadingError: CustomStringConvertible {
  /// What is wrong.
  public var description: String {
    switch self {
    case .truncated(let offset, let count, let available):
      "\(count) bytes wanted at \(offset), \(available) are there"
    case .overlongNumber(let offset): "a number at \(offset) does not fit 64 bits"
    case .unterminatedString(let offset): "a string at \(offset) has no end"
    case .io(_, let number): errorText(number)
    case .notRegular: "no regular file"
    }
  }
}
