import ProfileModel

/// What the kernel leaves on the stack when it delivers a signal, for trampolines without unwind information.
struct SignalFrame: Sendable {
  /// The instructions of the trampoline.
  let code: [UInt8]
  /// DWARF number of each register that a walk needs, and where it is saved, from the trampoline's stack pointer.
  let savedRegisters: [(number: Int, offset: UInt64)]

  /// The frame of an architecture's Linux.
  static func of(_ architecture: Architecture) -> SignalFrame {
    switch architecture {
    case .x86_64: .x86_64
    case .aarch64: .aarch64
    }
  }
}
