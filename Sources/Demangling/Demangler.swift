/// Turns linkage names into what people wrote: Swift, C++, Rust (legacy and v0) and D, each by its own library's code.
///
/// Names come from untrusted files. Those past `nameLimit` are not looked at, results past it are dropped, and no name
/// takes more than a bounded time or stack (see `SwiftMangling`). Cost: about 1 µs a name and form.
public struct Demangler: Hashable, Sendable {
  /// How names are shown.
  public struct Options: Hashable, Sendable {
    /// Whether thunks, forwarders, specializations, resume functions and compiler clones bear the name of the function
    /// that they belong to.
    public var foldsForwarders = true
    /// Whether `std::map<int, Value>::find` becomes `std::map::find`.
    public var dropsTemplateArguments = false
    /// Folded, with template arguments.
    public init() {}
  }

  /// Bytes, for linkage names and for results.
  public static let nameLimit = 65_536

  /// How names are shown.
  public var options: Options

  /// A demangler that shows names as `options` say.
  public init(options: Options = Options()) { self.options = options }

  /// The readable forms of `linkageName`; nil for a name of C, of the assembler, or a malformed one.
  public func demangle(_ linkageName: String) -> DemangledName? {
    guard linkageName.utf8.count <= Self.nameLimit, !linkageName.utf8.contains(0) else { return nil }
    if SwiftMangling.isMangled(linkageName) { return swift(linkageName) }
    if let text = RustMangling.demangle(linkageName) {
      return DemangledName(short: text, full: text, language: .rust)
    }
    if CPlusPlusMangling.isMangled(linkageName) { return cPlusPlus(linkageName) }
    if let text = DMangling.demangle(linkageName) {
      return DemangledName(short: DMangling.shortened(text), full: text, language: .d)
    }
    return nil
  }

  private func swift(_ linkageName: String) -> DemangledName? {
    guard var short = SwiftMangling.short(linkageName), var full = SwiftMangling.full(linkageName) else { return nil }
    var isForwarder = false
    if options.foldsForwarders {
      let folded = SwiftFolding.fold(short: short, full: full)
      (short, full, isForwarder) = (folded.short, folded.full, folded.isForwarder)
    } else {
      short = SwiftFolding.marked(short: short, full: full)
    }
    return DemangledName(short: short, full: full, language: .swift, isForwarder: isForwarder)
  }

  private func cPlusPlus(_ linkageName: String) -> DemangledName? {
    guard let full = CPlusPlusMangling.full(linkageName), var short = CPlusPlusMangling.short(linkageName) else {
      return nil
    }
    var isForwarder = false
    if options.foldsForwarders, let target = CPlusPlusFolding.thunkTarget(linkageName),
      let targetName = CPlusPlusMangling.short(target)
    {
      (short, isForwarder) = (targetName, true)
    }
    if options.dropsTemplateArguments { short = CPlusPlusFolding.withoutTemplateArguments(short) }
    short += CPlusPlusFolding.cloneMarks(full, foldsWhole: options.foldsForwarders)
    return DemangledName(short: short, full: full, language: .cPlusPlus, isForwarder: isForwarder)
  }
}
