import ProfileModel

/// What could be said of the addresses of one module.
package struct ModuleSymbols: Sendable {
  /// Where the names came from: `.symtab`, `debug file /usr/lib/debug/…`, `.gnu_debugdata`, `.dynsym`, `none`…
  ///
  /// Several sources are joined by ` + `.
  package var source: String
  /// For each address asked for its frames, innermost first; never empty: a stand-in is there in place of a name.
  package var frames: [[SymbolizedFrame]]
  /// Why names are missing, and what would help; nil when nothing is missing.
  package var problem: SymbolProblem?

  /// Symbols of a module.
  package init(source: String, frames: [[SymbolizedFrame]], problem: SymbolProblem? = nil) {
    self.source = source
    self.frames = frames
    self.problem = problem
  }

  /// How many of the addresses have no name.
  package var unsymbolizedCount: Int { frames.count { $0.last?.isSymbolized != true } }
}

/// Why a module's addresses have no names.
package struct SymbolProblem: Hashable, Sendable {
  /// Path of the module.
  package var module: String
  /// Its identity, which debug files are found by.
  package var buildID: BuildID?
  /// What went wrong.
  package var reason: ModuleProblem
  /// Addresses without a name, of all that were asked for.
  package var unsymbolizedCount: Int

  /// A problem.
  package init(module: String, buildID: BuildID?, reason: ModuleProblem, unsymbolizedCount: Int) {
    self.module = module
    self.buildID = buildID
    self.reason = reason
    self.unsymbolizedCount = unsymbolizedCount
  }
}
