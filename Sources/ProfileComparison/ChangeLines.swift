import Glibc
import ProfileModel
import TextWriting
import Wording

/// A change of something that outputs have a line for.
struct ChangeLine {
  /// What samples count: `self`, `total`, `module` or `all`.
  var measure: String
  var name: String
  var module: String?
  var change: Change
  /// What else there is to say: `new`, `gone`, where its cost moved.
  var remark: String
}

extension FunctionComparison {
  /// What changed, the whole first, then slower before faster before moved, each by size; a change that a function has
  /// both by itself and with what it calls is there once.
  func changedLines() -> [ChangeLine] { lines { FunctionComparison.isNews($0) || $0.verdict == .moved } }

  /// What could not be told, the largest uncertainty first.
  func openLines() -> [ChangeLine] {
    lines { $0.verdict == .cannotTell && $0.observations.before + $0.observations.after >= 10 }.sorted {
      $0.change.margin > $1.change.margin
    }
  }

  private func lines(_ isWanted: (Change) -> Bool) -> [ChangeLine] {
    var lines: [ChangeLine] = []
    for row in rows {
      var remarks = [row.isNew ? "new" : row.isVanished ? "gone" : ""]
      let partners = row.movedWith.isEmpty ? "" : "with " + row.movedWith.joined(separator: ", ")
      let both = isWanted(row.own) && isWanted(row.total) && row.own.verdict == row.total.verdict
      for measure in Measure.allCases where isWanted(row.change(measure)) {
        if both, measure != (options.measure == .total ? .total : .self) { continue }
        // What everything goes through changes as everything does, which has a line of its own.
        if measure == .total, whole != nil, row.total.before > 0.98 * everything { continue }
        remarks = [remarks[0], row.change(measure).verdict == .moved ? partners : ""]
        lines.append(
          ChangeLine(
            measure: measure.rawValue, name: row.name, module: row.function.module, change: row.change(measure),
            remark: remarks.filter { !$0.isEmpty }.joined(separator: ", ")))
      }
    }
    for part in modules where isWanted(part.change) {
      lines.append(ChangeLine(measure: "module", name: part.name, module: nil, change: part.change, remark: ""))
    }
    if let whole, isWanted(whole) {
      lines.append(ChangeLine(measure: "all", name: "everything", module: nil, change: whole, remark: ""))
    }
    let order: [Verdict] = [.slower, .faster, .moved, .cannotTell, .unchanged]
    func rank(_ line: ChangeLine) -> (Int, Int) {
      let measures = ["all": 0, "self": 1, "total": 2, "module": 3]
      return (line.measure == "all" ? -1 : order.firstIndex(of: line.change.verdict) ?? 9, measures[line.measure] ?? 9)
    }
    return lines.enumerated().sorted { left, right in
      let (first, second) = (rank(left.element), rank(right.element))
      guard first == second else { return first < second }
      let (large, small) = (abs(left.element.change.difference), abs(right.element.change.difference))
      return large == small ? left.offset < right.offset : large > small
    }.map(\.element)
  }

  // MARK: Amounts in words

  /// An amount: `12.3 %`, or `1.234` CPU seconds.
  func amount(_ value: Double) -> String {
    options.basis == .share ? value.percent : value.fixed(Self.digits(everything))
  }

  /// A difference: `+1.57 points`, `−0.120`.
  func difference(_ value: Double) -> String {
    if options.basis == .share { return value.points }
    return (value < 0 ? "−" : "+") + abs(value).fixed(Self.digits(everything))
  }

  /// Half of an interval, in the unit of `difference`.
  func margin(_ value: Double) -> String {
    guard value.isFinite else { return "?" }
    return options.basis == .share ? (value * 100).fixed(2) : value.fixed(Self.digits(everything))
  }

  private static func digits(_ scale: Double) -> Int {
    guard scale < 0.01, scale > 0 else { return scale < 0.1 ? 5 : scale < 10 ? 4 : 2 }
    // Of what a call takes four digits count, however little it is.
    return min(12, 3 - Int(log10(scale).rounded(.down)))
  }

  /// What amounts are of, for a heading.
  var unitText: String {
    switch options.basis {
    case .share: value.unit == .count && value.name == "samples" ? "share of the samples" : "share of \(value.name)"
    case .second: (before.cpuSeconds == nil ? value.name : "CPU seconds") + " a second"
    case .work: (before.cpuSeconds == nil ? value.name : "CPU seconds") + " for a unit of work"
    case .calls(let function): (before.cpuSeconds == nil ? value.name : "CPU seconds") + " for a call of \(function)"
    }
  }

  private var value: ValueType { after.value }
}

extension FunctionComparison {
  /// The names of functions that changed or whose cost moved.
  package var changedNames: [String] {
    rows.filter { row in
      Measure.allCases.contains { Self.isNews(row.change($0)) || row.change($0).verdict == .moved }
    }.map(\.name)
  }

  /// A gate's finding in words: `parse 20.0 % → 22.1 % (+1.2 points to +3.0 points)`.
  package func text(of finding: ChangeGate.Finding) -> String {
    let change = finding.change
    return "\(finding.name) \(amount(change.before)) → \(amount(change.after)) "
      + "(\(difference(change.low)) to \(difference(change.high)))"
  }
}
