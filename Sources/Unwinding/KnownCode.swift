import ProfileModel

/// Code that unwind information doesn't describe everywhere, told by its instructions.
struct KnownCode: Sendable {
  /// What was recognized at an address.
  enum Kind: Hashable, Sendable {
    /// Nothing.
    case ordinary
    /// The way back from a signal handler: the kernel's frame is at the stack pointer.
    case signalTrampoline
    /// The first code of a coroutine, to which its function returns: nothing called it.
    case coroutineStart
    /// Behind the call of a thread's first function, whose result ends the thread: nothing called that code.
    case threadStart
    /// A stub that jumps on to a function of another image: the caller's return address is that many bytes above the
    /// stack pointer, or in the link register where there is one.
    case linkageStub(UInt8)
  }

  /// The instructions of the trampoline.
  let trampoline: [UInt8]
  /// DWARF number of each register that the kernel saves, and where, from the trampoline's stack pointer.
  let savedRegisters: [(number: UInt8, offset: UInt64)]
  /// The first instructions of what `makecontext` pushes as return address; empty where it has unwind information.
  let coroutineStart: [UInt8]
  /// The instructions around the return address of a thread's first function, in a `clone` without unwind information;
  /// both empty where there is none.
  let threadStart: (preceding: [UInt8], following: [UInt8])

  /// The known code of an architecture's Linux.
  static func of(_ architecture: Architecture) -> KnownCode {
    switch architecture {
    case .x86_64: .x86_64
    case .aarch64: .aarch64
    case .i386: .i386
    }
  }

  /// Tells a stub that some linkers (lld, and all of them for static programs) leave without unwind information: the
  /// bytes that follow the program counter, and those before it.
  let linkageStub: @Sendable (_ following: ArraySlice<UInt8>, _ preceding: ArraySlice<UInt8>) -> UInt8?

  /// What the code at a program counter is, given `reach` bytes before it and `length` from it on.
  func kind(of code: [UInt8]) -> Kind {
    guard code.count >= Self.reach + Self.length else { return .ordinary }
    let following = code[Self.reach...]
    if following.starts(with: trampoline) { return .signalTrampoline }
    if !coroutineStart.isEmpty, following.starts(with: coroutineStart) { return .coroutineStart }
    if !threadStart.following.isEmpty, following.starts(with: threadStart.following),
      code[..<Self.reach].suffix(threadStart.preceding.count).elementsEqual(threadStart.preceding)
    {
      return .threadStart
    }
    return linkageStub(following, code[..<Self.reach]).map(Kind.linkageStub) ?? .ordinary
  }

  /// Where the call leads that ends these bytes, if it names its target; `address` is what follows them.
  let directCallTarget: @Sendable (_ preceding: ArraySlice<UInt8>, _ address: UInt64) -> UInt64?
  /// Whether a call by register or memory ends these bytes.
  let isIndirectCall: @Sendable (_ preceding: ArraySlice<UInt8>) -> Bool
  /// Whether code takes the stack pointer from the frame pointer before it does anything else.
  let restoresStack: @Sendable (_ following: ArraySlice<UInt8>) -> Bool

  /// Bytes from the program counter on that must be read to tell.
  static let length = 16
  /// Bytes before it.
  static let reach = 8
}
