/// What kind of code a module holds.
public enum ModuleKind: UInt8, Hashable, Sendable {
  /// A file's.
  case file
  /// The kernel's.
  case kernel
  /// What the kernel maps into every process.
  case vdso
  /// Made at run time; in recordings, addresses are those of one process.
  case jit

  /// As JSON spells it.
  public var name: String {
    switch self {
    case .file: "file"
    case .kernel: "kernel"
    case .vdso: "vdso"
    case .jit: "jit"
    }
  }
}
