/// What amounts are divided by before they are compared.
package enum ComparisonBasis: Hashable, Sendable {
  /// By all of it: shares.
  case share
  /// By time: CPU seconds a second.
  case second
  /// By so many units of work in all runs of each side.
  case work(before: Double, after: Double)
  /// By the calls of a function that were counted while recording.
  case calls(function: String)

  /// Whether the whole can change by it.
  package var comparesWhole: Bool { self != .share }

  /// For each unit of a side what its amounts are divided by.
  func sizes(of table: SideTable, isBefore: Bool) -> [Double] {
    switch self {
    case .share: return table.weights
    case .second: return table.seconds
    case .calls: return table.calls
    case .work(let before, let after):
      let work = isBefore ? before : after
      let runs = Double(max(1, table.runCount))
      // Runs are taken to do the same work each, and to do it steadily.
      let unitsOfRun = table.runs.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
      return table.runs.map { work / runs / Double(unitsOfRun[$0] ?? 1) }
    }
  }
}
