/// A condition on a comparison, as `diff --fail-if` takes it: a function's share grew by more than so many points.
///
///     self>1                 any function's self share by more than 1 percentage point
///     total(parse(_:))>2.5   the total share of the function parse(_:)
///
/// Only changes that are more than noise count: a gate that noise closes would be switched off soon.
package struct ChangeGate: Hashable, Sendable {
  /// Which share is looked at.
  package var measure: FunctionComparison.Measure
  /// The function looked at; nil for all.
  package var function: String?
  /// The growth in percentage points that is still allowed.
  package var points: Double

  /// What a comparison makes of a gate.
  package enum Outcome: Hashable, Sendable {
    /// Nothing grew that much.
    case passed
    /// These functions did, the largest growth first.
    case failed([FunctionComparison.Row])
    /// Neither profile has the function, so that nothing was checked.
    case noSuchFunction(String)
  }

  /// A gate.
  package init(measure: FunctionComparison.Measure, function: String? = nil, points: Double) {
    self.measure = measure
    self.function = function
    self.points = points
  }

  /// Reads a gate's text; nil when it isn't one.
  package init?(_ text: String) {
    // A function's name may hold any of the signs, so the number is what follows the last one.
    guard let sign = text.lastIndex(of: ">") else { return nil }
    let number = Self.trimmed(text[text.index(after: sign)...])
    guard let points = Double(number), points.isFinite, points >= 0 else { return nil }
    var subject = Self.trimmed(text[..<sign])
    guard let measure = FunctionComparison.Measure.allCases.first(where: { subject.hasPrefix($0.rawValue) }) else {
      return nil
    }
    subject = Self.trimmed(subject.dropFirst(measure.rawValue.count))
    if subject.isEmpty {
      self.init(measure: measure, points: points)
    } else {
      guard subject.count > 2, subject.first == "(", subject.last == ")" else { return nil }
      self.init(measure: measure, function: String(subject.dropFirst().dropLast()), points: points)
    }
  }

  /// Holds the gate against a comparison.
  package func outcome(for comparison: FunctionComparison) -> Outcome {
    let looked = comparison.rows.filter { function == nil || $0.name == function }
    if let function, looked.isEmpty { return .noSuchFunction(function) }
    let failed = looked.filter { row in
      let change = row.change(measure)
      return change.verdict == .grew && change.difference * 100 > points
    }
    let sorted = failed.sorted { left, right in
      let (first, second) = (left.change(measure).difference, right.change(measure).difference)
      return first == second ? left.name.utf8.lexicographicallyPrecedes(right.name.utf8) : first > second
    }
    return sorted.isEmpty ? .passed : .failed(sorted)
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
