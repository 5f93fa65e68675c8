/// A condition on a comparison that fails a build, as `diff --fail-if` takes it. Percentages are of everything.
///
///     total:slower>5%              everything, for the same work or a second, by more than 5 %
///     self(parse):slower>2%        the function parse itself
///     self:slower>1%               any function itself
///     total(parse):slower>2%       parse with what it calls
///     module(libcrypto):slower>3%  a module: its whole name, or that up to `.so`
///     faster>…                     likewise
///
///     self>1                       any function's self share grew by more than 1 point beyond chance, whatever the
///     total(parse(_:))>2.5         tolerance: the older form
package struct ChangeGate: Hashable, Sendable {
  /// What is looked at.
  package enum Subject: Hashable, Sendable {
    /// Everything, by work or time.
    case whole
    /// One function, or all.
    case function(FunctionComparison.Measure, name: String?)
    /// One module, or all.
    case module(name: String?)
  }

  /// What is looked at.
  package var subject: Subject
  /// The verdict that fails: slower or faster; nil for what grew beyond chance.
  package var verdict: Verdict?
  /// The change that is still allowed, as a share of everything.
  package var allowed: Double

  /// A row that a gate looked at.
  package struct Finding: Hashable, Sendable {
    /// Its name.
    package var name: String
    /// Its change.
    package var change: Change
  }

  /// What a comparison makes of a gate.
  package enum Outcome: Hashable, Sendable {
    /// Nothing changed that much.
    case passed
    /// These did, the largest change first.
    case failed([Finding])
    /// It can't be told of these whether they did.
    case open([Finding])
    /// Neither side has it, so that nothing was checked.
    case noSuchThing(String)
    /// Shares add up to all: everything can't change.
    case needsWork
  }

  /// A gate.
  package init(_ subject: Subject, _ verdict: Verdict?, allowed: Double) {
    self.subject = subject
    self.verdict = verdict
    self.allowed = allowed
  }

  /// Reads a gate's text; nil when it isn't one.
  package init?(_ text: String) {
    // A function's name may hold any of the signs, so the number is what follows the last one.
    guard let sign = text.lastIndex(of: ">") else { return nil }
    var number = Self.trimmed(text[text.index(after: sign)...])
    if number.last == "%" { number = Self.trimmed(number.dropLast()) }
    guard let points = Double(number), points.isFinite, points >= 0 else { return nil }
    var rest = Self.trimmed(text[..<sign])
    var verdict: Verdict?
    for candidate in [Verdict.slower, .faster] where rest.hasSuffix(":" + candidate.rawValue) {
      verdict = candidate
      rest = Self.trimmed(rest.dropLast(candidate.rawValue.count + 1))
    }
    guard let word = ["self", "total", "module"].first(where: { rest.hasPrefix($0) }) else { return nil }
    rest = Self.trimmed(rest.dropFirst(word.count))
    var name: String?
    if !rest.isEmpty {
      guard rest.count > 2, rest.first == "(", rest.last == ")" else { return nil }
      name = String(rest.dropFirst().dropLast())
    }
    let subject: Subject
    switch word {
    case "module": subject = .module(name: name)
    case "total": subject = name == nil && verdict != nil ? .whole : .function(.total, name: name)
    default: subject = .function(.self, name: name)
    }
    self.init(subject, verdict, allowed: points / 100)
  }

  /// Holds the gate against a comparison.
  package func outcome(for comparison: FunctionComparison) -> Outcome {
    let looked: [Finding]
    switch subject {
    case .whole:
      guard let whole = comparison.whole else { return .needsWork }
      looked = [Finding(name: "everything", change: whole)]
    case .function(let measure, let name):
      looked = comparison.rows.filter { name == nil || Self.matches($0.name, name) }.map {
        Finding(name: $0.name, change: $0.change(measure))
      }
      if let name, looked.isEmpty { return .noSuchThing("the function \(name)") }
    case .module(let name):
      looked = comparison.modules.filter { name == nil || Self.matches(module: $0.name, name) }.map {
        Finding(name: $0.name, change: $0.change)
      }
      if let name, looked.isEmpty { return .noSuchThing("the module \(name)") }
    }
    let limit = allowed * comparison.everything
    let sign = verdict == .faster ? -1.0 : 1.0
    let failed = looked.filter { finding in
      let change = finding.change
      let isCalled =
        verdict == nil
        ? change.isSignificant && change.verdict != .moved && !change.isDiluted : change.verdict == verdict
      return isCalled && sign * change.difference > limit
    }
    if !failed.isEmpty { return .failed(Self.sorted(failed)) }
    let open = looked.filter { finding in
      let reach = sign > 0 ? finding.change.high : -finding.change.low
      return finding.change.verdict == .cannotTell && reach > limit
    }
    return open.isEmpty ? .passed : .open(Self.sorted(open))
  }

  /// `parse` stands for `parse(_:)` too.
  private static func matches(_ name: String, _ wanted: String?) -> Bool {
    guard let wanted else { return true }
    return name == wanted || (name.hasPrefix(wanted) && name.dropFirst(wanted.count).first == "(")
  }

  private static func matches(module name: String, _ wanted: String?) -> Bool {
    guard let wanted else { return true }
    return name == wanted || name.hasPrefix(wanted + ".so") || name.hasPrefix(wanted + "-")
  }

  private static func sorted(_ findings: [Finding]) -> [Finding] {
    findings.sorted { left, right in
      let (first, second) = (abs(left.change.difference), abs(right.change.difference))
      return first == second ? left.name.utf8.lexicographicallyPrecedes(right.name.utf8) : first > second
    }
  }

  private static func trimmed(_ text: Substring) -> Substring {
    text.drop { $0 == " " }.reversedDroppingBlanks
  }
}

extension Substring {
  fileprivate var reversedDroppingBlanks: Substring {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
