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
  }

  /// The instructions of the trampoline.
  let trampoline: [UInt8]
  /// DWARF number of each register that the kernel saves, and where, from the trampoline's stack pointer.
  let savedRegisters: [(number: UInt8, offset: UInt64)]
  /// The first instructions of what `makecontext` pushes as return address; empty where it has unwind information.
  let coroutineStart: [UInt8]

  /// The known code of an architecture's Linux.
  static func of(_ architecture: Architecture) -> KnownCode {
    switch architecture {
    case .x86_64: .x86_64
    case .aarch64: .aarch64
    }
  }

  /// What `code` begins with; both patterns fit in `length`.
  func kind(of code: [UInt8]) -> Kind {
    if code.starts(with: trampoline) { return .signalTrampoline }
    if !coroutineStart.isEmpty, code.starts(with: coroutineStart) { return .coroutineStart }
    return .ordinary
  }

  /// Bytes that must be read to tell.
  static let length = 16
}
