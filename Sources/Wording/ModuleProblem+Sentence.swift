import ProfileModel

extension ModuleProblem {
  /// One line: the module, its build ID, why names are missing, and what to do.
  package func sentence(path: String, buildID: BuildID?) -> String {
    switch self {
    case .sentence(let text): return text
    case .jitDumpUnusable(let dump, let detail): return "\(dump): the jitdump could not be used (\(detail))"
    case .notOpened, .rewritten, .noIdentity, .gone, .replaced, .unknown: return "\(path): \(words)"
    default:
      let identity = buildID.map { " (build ID \($0))" } ?? ""
      let remedy = remedy(path: path).map { "; \($0)" } ?? ""
      return "\(path)\(identity): \(words)\(remedy)"
    }
  }

  private var words: String {
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
    case .jitDumpUnusable(let path, let detail): "the jitdump \(path) could not be used (\(detail))"
    case .notOpened(let detail):
      "the binary could not be read (\(detail)); its frames have no names and may end stacks"
    case .rewritten:
      "the file was rewritten while it was recorded, and the names of the code that ran are gone; replace files by "
        + "renaming others over them"
    case .noIdentity: "has no build ID, so that nobody knows whether it is still the same"
    case .gone: "is gone, or can't be read"
    case .replaced: "is another build by now"
    case .sentence(let text): text
    case .unknown: "unknown problem with its names (newer perfprof)"
    }
  }

  /// What to do about it; nil where nothing can be done any more.
  private func remedy(path: String) -> String? {
    switch self {
    case .kernelAddressesHidden: "run as root, or: sysctl kernel.kptr_restrict=0"
    case .debugFileMismatch, .emptyDebugFile, .damagedDebugFile: "install the debug symbols of exactly this build"
    case .jitFileRefused: "start the program as the user that it runs as, with its perf map option"
    case .unreadable, .debugInformationDamaged: "reinstall or rebuild it"
    case .gaps: "no source has names for those parts (padding, or assembler code without symbols)"
    case .noSymbols, .onlyDynamicSymbols:
      Self.isInstalled(path)
        ? Self.installing(like: path)
        : "build it without stripping, or keep its debug file by build ID below "
          + "/usr/lib/debug or --debug-dir"
    default: nil
    }
  }

  /// Whether it comes from a package of the system, to all appearance.
  private static func isInstalled(_ path: String) -> Bool {
    ["/usr/", "/lib", "/bin/", "/sbin/"].contains { path.hasPrefix($0) }
  }

  private static func installing(like file: String) -> String {
    "install its debug symbols (Debian: the -dbgsym package of what `dpkg -S \(file)` names; libc6-dbg for glibc) or "
      + "set DEBUGINFOD_URLS"
  }

  /// One line on all modules that nothing has symbols of: which, the share of samples through their nameless functions,
  /// and what to do.
  static func sentence(lackingSymbols modules: [(path: String, share: Double)]) -> String {
    func list(_ modules: [(path: String, share: Double)]) -> String {
      modules.prefix(listed).map { "\($0.path) (\($0.share.percent))" }.joined(separator: ", ")
        + (modules.count > listed ? " and \(modules.count - listed) more" : "")
    }
    let installed = modules.filter { isInstalled($0.path) }
    let own = modules.filter { !isInstalled($0.path) }
    var parts: [String] = []
    if let first = installed.first {
      parts.append(
        "\(list(installed)): install debug symbols (Debian: the -dbgsym packages of what "
          + "`dpkg -S \(installed.count == 1 ? first.path : "FILE")` names; libc6-dbg for glibc) or set DEBUGINFOD_URLS"
      )
    }
    if !own.isEmpty {
      parts.append(
        "\(list(own)): build without stripping, or keep debug files by build ID below /usr/lib/debug or --debug-dir")
    }
    return "functions without names, with the share of samples in or below them: " + parts.joined(separator: "; ")
  }

  /// Modules that are named; the rest are counted.
  private static let listed = 6
}
