/// Which functions a selection means: a regular expression that is looked for in one of their texts.
///
/// `module:`, `file:` and `full:` in front ask for the module's path, the source file and the full name instead of the
/// name that is shown, as searches in pictures do; `kind:` asks for the kind of code, such as `kernel`. Upper and lower case differ.
public struct FunctionPattern: Hashable, Sendable {
  /// What the expression is looked for in.
  public enum Text: String, Hashable, Sendable, CaseIterable {
    /// The name to show.
    case name
    /// The name with all types and arguments; the name to show where there is no other.
    case full
    /// The module's path.
    case module
    /// The source file.
    case file
    /// What kind of code a frame is, which is its own and not its function's: `FrameKind.word`.
    case kind
  }

  /// Something that is no regular expression.
  public struct Invalid: Error, Hashable, Sendable {
    /// What was given.
    public var expression: String
    /// This is none.
    public init(expression: String) { self.expression = expression }
  }

  /// As it was given, with its prefix.
  public let source: String
  /// Where it's looked for.
  public let text: Text
  /// The regular expression.
  public let expression: String

  /// A pattern; throws for what is no regular expression.
  public init(_ source: String) throws(Invalid) {
    let prefix = Text.allCases.first { $0 != .name && source.hasPrefix($0.rawValue + ":") }
    self.source = source
    text = prefix ?? .name
    expression = prefix.map { String(source.dropFirst($0.rawValue.count + 1)) } ?? source
    _ = try Self.matcher(expression)
  }

  /// For each function of a profile whether it matches; each is looked at once.
  ///
  /// - Complexity: O(functions), each as long as the expression takes on its text
  public func matches(in profile: Profile) -> [Bool] {
    guard let matcher = try? Self.matcher(expression) else { return profile.functions.map { _ in false } }
    let modules = text == .module ? profile.modules.map { matcher($0.path) } : []
    return profile.functions.map { function in
      switch text {
      case .name: matcher(function.name)
      case .full: matcher(function.fullName ?? function.name)
      case .module: function.module.map { modules[$0.index] } ?? false
      case .file: function.file.map(matcher) ?? false
      case .kind: false
      }
    }
  }

  /// For each frame of a profile whether it matches.
  func frames(in profile: Profile) -> [Bool] {
    guard text == .kind else {
      let matches = matches(in: profile)
      return profile.frames.map { matches[$0.function.index] }
    }
    guard let matcher = try? Self.matcher(expression) else { return profile.frames.map { _ in false } }
    let kinds = Set(FrameKind.allCases.filter { matcher($0.word) })
    return profile.frames.map { kinds.contains($0.kind) }
  }

  /// Whether it is found in a text that is no function's.
  public func matches(name: String) -> Bool { (try? Self.matcher(expression))?(name) ?? false }

  /// A test of texts, by Unicode scalars as the pages' scripts do.
  static func matcher(_ expression: String) throws(Invalid) -> (String) -> Bool {
    // Most patterns are plain words, for which no engine is needed.
    if !expression.utf8.contains(where: { special.contains($0) }) {
      return { $0.utf8.contains(subsequence: expression.utf8) }
    }
    do {
      let regex = try Regex(expression).matchingSemantics(.unicodeScalar)
      return { (try? regex.firstMatch(in: $0)) != nil }
    } catch { throw Invalid(expression: expression) }
  }

  private static let special = Set("\\^$.|?*+()[]{}/".utf8)
}

extension String.UTF8View {
  /// Whether the bytes of `other` stand in these, one after the other.
  fileprivate func contains(subsequence other: String.UTF8View) -> Bool {
    let (text, wanted) = (span, other.span)
    guard let first = wanted.isEmpty ? nil : wanted[0] else { return true }
    guard text.count >= wanted.count else { return false }
    for start in 0...(text.count - wanted.count) where text[start] == first {
      var length = 1
      while length < wanted.count, text[start + length] == wanted[length] { length += 1 }
      if length == wanted.count { return true }
    }
    return false
  }
}
