/// A linkage name as people read it.
package struct DemangledName: Hashable, Sendable {
  /// For pictures and tables: Swift without types and modules, C++ without parameters, Rust without hashes.
  package var short: String
  /// With all types and arguments.
  package var full: String
  /// The language whose rules the linkage name follows.
  package var language: Language
  /// Whether the code only leads to the function it is named after: a thunk, a partial-apply forwarder.
  ///
  /// Such a frame, folded, bears the same name as the function that it calls.
  package var isForwarder: Bool
  /// Whether the code only leads to another function that it isn't named after: a reabstraction or dispatch thunk.
  package var isThunk: Bool

  /// A language with mangled names.
  package enum Language: UInt8, Hashable, Sendable {
    /// Swift 4 and later.
    case swift
    /// The Itanium C++ ABI.
    case cPlusPlus
    /// Legacy and v0.
    case rust
    /// The D language.
    case d
    /// C, or another language whose linker names are plain; only where the compiler has put something behind the name.
    case c
  }

  /// A demangled name.
  package init(short: String, full: String, language: Language, isForwarder: Bool = false, isThunk: Bool = false) {
    self.short = short
    self.full = full
    self.language = language
    self.isForwarder = isForwarder
    self.isThunk = isThunk
  }
}
