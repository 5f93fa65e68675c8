/// Why names of a module's functions are missing, or may be.
public enum ModuleProblem: Hashable, Sendable {
  /// The file was stripped and nothing separate was found.
  case noSymbols
  /// Only exported functions have names.
  case onlyDynamicSymbols
  /// The symbols don't cover all addresses.
  case gaps
  /// A debug file was refused because it belongs to another build.
  case debugFileMismatch(path: String)
  /// The debug file at `path` has no symbols itself.
  case emptyDebugFile(path: String)
  /// What lies where its debug file belongs is none: empty, cut short, or no regular file.
  case damagedDebugFile(path: String)
  /// The symbols, or a part of them, are damaged or can't be read.
  case unreadable(detail: String)
  /// Inlined functions and lines are missing because debug information is damaged or out of all proportion.
  case debugInformationDamaged(detail: String)
  /// The kernel hides its addresses (`kptr_restrict`).
  case kernelAddressesHidden(restriction: Int)
  /// A perf map or jitdump file was refused.
  case jitFileRefused(path: String, detail: String)
  /// The jitdump that its process writes could not be used.
  case jitDumpUnusable(path: String, detail: String)
  /// The file could not be opened as a binary: stacks may end in it as well.
  case notOpened(detail: String)
  /// The file was written over while it was recorded.
  case rewritten
  /// Looked at later: nobody knows whether the file is the same, without a build ID.
  case noIdentity
  /// Looked at later: the file is gone, or can't be read.
  case gone
  /// Looked at later: the file is another build by now.
  case replaced
  /// A sentence, of a recording older than facts.
  case sentence(String)
  /// A problem that a newer perfprof wrote, and this one does not know.
  case unknown

  /// Whether functions only lack names because nothing has them: of no matter where the module has no samples.
  public var isLackOfSymbols: Bool { self == .noSymbols || self == .onlyDynamicSymbols }
}
