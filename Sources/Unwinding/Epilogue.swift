/// What a function still does to its stack until it returns, read off the instructions ahead: how to unwind code that
/// nothing describes, as far as it runs straight on to its return.
///
///     call *%rcx            ◀─ a frame is in this call
///     add  $8, %rsp         the stack pointer moves up by 8
///     ret                   there the return address lies
///
/// What is executed next is certain where there is no branch; a call comes back with the stack as it was.
struct Epilogue: Hashable, Sendable {
  /// An instruction that concerns the stack.
  enum Step: Hashable, Sendable {
    /// The stack pointer moves up by so many bytes.
    case move(Int64)
    /// A register (DWARF number) is taken from the stack.
    case pop(UInt8)
    /// The stack pointer is set to the frame pointer.
    case leave
  }

  /// In the order in which they are executed; then the function returns.
  var steps: [Step] = []

  /// Bytes of code that are looked at.
  static let reach = 48
}
