import ProfileModel

/// What code of an architecture has in common.
struct CodeConventions: Sendable {
  /// DWARF numbers of the stack pointer and the frame pointer.
  let pointers: (sp: UInt8, fp: UInt8)
  /// Those of registers that callees preserve, as far as callers' frames are addressed by them.
  let preserved: InlineArray<6, UInt8>

  /// The conventions of `architecture`.
  static func of(_ architecture: Architecture) -> CodeConventions {
    switch architecture {
    case .x86_64: x86_64
    case .aarch64: aarch64
    case .i386: i386
    }
  }
}
