/// Turns linkage names into what people wrote: Swift, C++, Rust (legacy and v0) and D, each by its own library's code.
///
/// Names come from untrusted files. Those past `nameLimit` are not looked at, results past it are dropped, and no name
/// takes more than a bounded time or stack (see `SwiftMangling`). Cost: 1 to 3 µs a name.
package struct Demangler: Hashable, Sendable {
  /// How names are shown.
  package struct Options: Hashable, Sendable {
    /// Whether thunks, forwarders, specializations, resume functions and compiler clones bear the name of the function
    /// that they belong to.
    package var foldsForwarders = true
    /// Whether `std::map<int, Value>::find` becomes `std::map::find`.
    package var dropsTemplateArguments = false
    /// Folded, with template arguments.
    package init() {}
  }

  /// Bytes, for linkage names and for results.
  package static let nameLimit = 65_536

  /// How names are shown.
  package var options: Options

  /// A demangler that shows names as `options` say.
  package init(options: Options = Options()) { self.options = options }

  /// The readable forms of `linkageName`; nil for a name of C, of the assembler, or a malformed one.
  package func demangle(_ linkageName: String) -> DemangledName? {
    demangle([linkageName])[0]
  }

  /// The readable forms of many names.
  ///
  /// Swift names that could stand for very much text go to one child process, which costs 1 to 2 ms, so many names are
  /// cheaper together.
  package func demangle(_ linkageNames: [String]) -> [DemangledName?] {
    guard linkageNames.contains(where: { $0.hasSuffix(Self.stubMark) }) else { return demangleAll(linkageNames) }
    // A stub is named after the function that it leads to, which is mangled for itself.
    let stubs = linkageNames.map { $0.hasSuffix(Self.stubMark) }
    let targets = zip(linkageNames, stubs).map { $1 ? String($0.dropLast(Self.stubMark.count)) : $0 }
    return zip(demangleAll(targets), stubs).map { name, isStub in
      guard var name, isStub else { return name }
      name.short += Self.stubMark
      name.full += Self.stubMark
      return name
    }
  }

  /// A demangled name without template arguments, where its linkage name is one of C++; other languages' stay.
  package static func withoutTemplateArguments(_ name: String, linkageName: String) -> String {
    guard CPlusPlusMangling.isMangled(linkageName),
      !RustMangling.isMangled(linkageName.utf8.span) || RustMangling.demangle(linkageName) == nil
    else { return name }
    return CPlusPlusFolding.withoutTemplateArguments(name)
  }

  private static let isolatedNames = IsolatedNames()

  /// Behind the names that are made for stubs of the procedure linkage table.
  private static let stubMark = "@plt"

  private func demangleAll(_ linkageNames: [String]) -> [DemangledName?] {
    // Behind the names stand those that tell what is left out of some of them.
    var names = linkageNames
    var accessors: [Int: Int] = [:]
    for index in linkageNames.indices where Self.isSwift(linkageNames[index]) != .no {
      guard let accessor = SwiftOmissions.accessor(linkageNames[index]) else { continue }
      accessors[index] = names.count
      names.append(accessor)
    }
    var texts = [(short: String, full: String)?](repeating: nil, count: names.count)
    var results = [DemangledName?](repeating: nil, count: linkageNames.count)
    let wild = names.indices.filter { Self.isSwift(names[$0]) == .wild }
    for (index, text) in zip(wild, Self.isolatedNames.texts(of: wild.map { names[$0] })) { texts[index] = text }
    let unknown = wild.filter { texts[$0] == nil }
    let isolated = IsolatedDemangling(unknown.map { names[$0] })
    for index in names.indices {
      switch Self.isSwift(names[index]) {
      case .wild: break
      case .tame: texts[index] = SwiftMangling.demangle(names[index])
      case .no: if index < results.count { results[index] = other(names[index]) }
      }
    }
    for (index, text) in zip(unknown, isolated.finish()) { texts[index] = text }
    Self.isolatedNames.remember(unknown.map { names[$0] }, unknown.map { texts[$0] })
    for index in results.indices {
      guard let text = texts[index] else { continue }
      results[index] = swift(
        SwiftOmissions.whole(text, linkageName: names[index], accessor: accessors[index].flatMap { texts[$0] }))
    }
    return results
  }

  private enum SwiftKind { case no, tame, wild }

  private static func isSwift(_ name: String) -> SwiftKind {
    guard SwiftMangling.isMangled(name.utf8.span), name.utf8.count <= nameLimit, !name.holdsZero else {
      return .no
    }
    return SwiftMangling.isTame(name.utf8.span) ? .tame : .wild
  }

  private func swift(_ text: (short: String, full: String)) -> DemangledName {
    let short = SwiftFolding.withoutInfix(text.short)
    let full = SwiftFolding.withoutInfix(text.full)
    guard options.foldsForwarders else {
      return DemangledName(short: SwiftFolding.marked(short: short, full: full), full: full, language: .swift)
    }
    let folded = SwiftFolding.fold(short: short, full: full)
    return DemangledName(
      short: folded.short, full: folded.full, language: .swift, isForwarder: folded.isForwarder,
      isThunk: folded.isThunk)
  }

  /// Names that are no Swift names.
  private func other(_ name: String) -> DemangledName? {
    guard name.utf8.count <= Self.nameLimit, !name.holdsZero else { return nil }
    return mangled(name) ?? cloneOfPlain(name)
  }

  /// A function of C whose name the compiler or the C library has marked: only the short form loses the marks.
  private func cloneOfPlain(_ name: String) -> DemangledName? {
    guard options.foldsForwarders else { return nil }
    // Helpers of the Swift compiler, of which each module has its own copies, whole ones or merged.
    if name.utf8.starts(with: "__swift_".utf8), name.hasSuffix("Tm") {
      return DemangledName(short: String(name.dropLast(2)), full: name, language: .c)
    }
    if name.utf8.starts(with: "objectdestroy".utf8), name.hasSuffix("Tm") {
      return DemangledName(short: name.dropLast(2) + SwiftFolding.mergedMark, full: name, language: .c)
    }
    let whole = CloneSuffix.removed(from: name)
    let short = LibraryAlias.plain(whole ?? name) ?? whole
    return short.map { DemangledName(short: $0, full: name, language: .c) }
  }

  private func mangled(_ name: String) -> DemangledName? {
    guard name.utf8.first == UInt8(ascii: "_") else { return nil }
    if RustMangling.isMangled(name.utf8.span), let text = RustMangling.demangle(name) {
      return DemangledName(short: text, full: text, language: .rust)
    }
    switch name.utf8.dropFirst().first {
    case UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: "G"): return cPlusPlus(name)
    case UInt8(ascii: "D"):
      return DMangling.demangle(name).map {
        DemangledName(short: DMangling.shortened($0), full: $0, language: .d)
      }
    default: return nil
    }
  }

  private func cPlusPlus(_ linkageName: String) -> DemangledName? {
    guard CPlusPlusMangling.isMangled(linkageName), let full = CPlusPlusMangling.full(linkageName),
      var short = CPlusPlusMangling.short(linkageName)
    else { return nil }
    var isForwarder = false
    if options.foldsForwarders, let target = CPlusPlusFolding.thunkTarget(linkageName),
      let targetName = CPlusPlusMangling.short(target)
    {
      (short, isForwarder) = (targetName, true)
    }
    if options.dropsTemplateArguments { short = CPlusPlusFolding.withoutTemplateArguments(short) }
    if full.utf8.last == UInt8(ascii: "]") {
      short += CPlusPlusFolding.cloneMarks(full, folds: options.foldsForwarders)
    }
    return DemangledName(short: short, full: full, language: .cPlusPlus, isForwarder: isForwarder)
  }
}
