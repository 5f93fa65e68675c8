import ProfileModel

/// What could be said of the addresses of one module.
public struct ModuleSymbols: Sendable {
  /// Where the names came from: `.symtab`, `debug file /usr/lib/debug/…`, `.gnu_debugdata`, `.dynsym`, `none`…
  ///
  /// Several sources are joined by ` + `.
  public var source: String
  /// For each address asked for its frames, innermost first; never empty: a stand-in is there in place of a name.
  public var frames: [[SymbolizedFrame]]
  /// Why names are missing, and what would help; nil when nothing is missing.
  public var problem: SymbolProblem?

  /// Symbols of a module.
  public init(source: String, frames: [[SymbolizedFrame]], problem: SymbolProblem? = nil) {
    self.source = source
    self.frames = frames
    self.problem = problem
  }

  /// How many of the addresses have no name.
  public var unsymbolizedCount: Int { frames.count { $0.last?.isSymbolized != true } }
}

/// Why a module's addresses have no names.
public struct SymbolProblem: Hashable, Sendable {
  /// Path of the module.
  public var module: String
  /// Its identity, which debug files are found by.
  public var buildID: BuildID?
  /// What went wrong.
  public var reason: Reason
  /// Addresses without a name, of all that were asked for.
  public var unsymbolizedCount: Int

  /// Kinds of missing symbols.
  public enum Reason: Hashable, Sendable {
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
    /// The file, or a part of it, is damaged or can't be read.
    case unreadable(detail: String)
    /// Inlined functions and lines are missing because debug information is damaged or out of all proportion.
    case debugInformationDamaged(detail: String)
    /// The kernel hides its addresses (`kptr_restrict`).
    case kernelAddressesHidden(restriction: Int)
    /// A perf map or jitdump file was refused.
    case jitFileRefused(path: String, detail: String)
  }

  /// A problem.
  public init(module: String, buildID: BuildID?, reason: Reason, unsymbolizedCount: Int) {
    self.module = module
    self.buildID = buildID
    self.reason = reason
    self.unsymbolizedCount = unsymbolizedCount
  }

  /// One line: the module, its build ID, why, and what to do.
  public var description: String {
    let identity = buildID.map { " (build ID \($0))" } ?? ""
    return "\(module)\(identity): \(reason.words); \(remedy)"
  }

  /// What to do about it.
  public var remedy: String {
    switch reason {
    case .kernelAddressesHidden: return "run as root, or: sysctl kernel.kptr_restrict=0"
    case .debugFileMismatch, .emptyDebugFile, .damagedDebugFile:
      return "install the debug symbols of exactly this build"
    case .jitFileRefused: return "start the program as the user that it runs as, with its perf map option"
    case .unreadable, .debugInformationDamaged: return "reinstall or rebuild it"
    case .gaps: return "no source has names for those parts (padding, or assembler code without symbols)"
    case .noSymbols, .onlyDynamicSymbols:
      if module.hasPrefix("/usr/") || module.hasPrefix("/lib") || module.hasPrefix("/bin/")
        || module.hasPrefix("/sbin/")
      {
        return
          "install its debug symbols (Debian: the -dbgsym package of what `dpkg -S \(module)` names; libc6-dbg for "
          + "glibc) or set DEBUGINFOD_URLS"
      }
      return "build it without stripping, or keep its debug file by build ID below /usr/lib/debug or --debug-dir"
    }
  }
}

extension SymbolProblem.Reason {
  var words: String {
    switch self {
    case .noSymbols: "no symbols"
    case .onlyDynamicSymbols: "only exported symbols"
    case .gaps: "its symbols do not cover all of its code"
    case .debugFileMismatch(let path): "the debug file \(path) belongs to another build and was refused"
    case .emptyDebugFile(let path): "its debug file \(path) has no symbols"
    case .damagedDebugFile(let path):
      "\(path), where its debug file belongs, is empty, cut short or no regular file"
    case .unreadable(let detail): "unreadable (\(detail))"
    case .debugInformationDamaged(let detail):
      "its debug information was not read to its end (\(detail)), so that inlined functions and lines may be missing"
    case .kernelAddressesHidden(let restriction): "kernel.kptr_restrict is \(restriction) and hides kernel addresses"
    case .jitFileRefused(let path, let detail): "\(path) was refused (\(detail))"
    }
  }
}
