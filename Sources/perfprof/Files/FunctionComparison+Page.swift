import FlameGraphs
import ProfileComparison
import ProfileModel

extension FunctionComparison {
  /// What a page says of the functions of `joined`.
  func forPage(_ names: (before: String, after: String), _ joined: JoinedProfiles) -> PageComparison {
    var page = PageComparison(
      names: names, sentence: sentence, per: perText, samplesBefore: joined.samplesBefore,
      threadsBefore: joined.threadsBefore, treeStacks: joined.treeStacks)
    page.marksBefore = joined.marksBefore
    var places: [SideTable.Function: FunctionID] = [:]
    for (index, function) in joined.functions.enumerated() { places[function] = FunctionID(index: index) }
    for row in rows {
      guard let place = places[row.function] else { continue }
      page.functions.append((place, Self.finding(row.own), Self.finding(row.total)))
    }
    page.modules = modules.map { ($0.name, Self.finding($0.change)) }
    return page
  }

  private static func finding(_ change: Change) -> PageComparison.Finding {
    PageComparison.Finding(
      verdict: change.verdict.rawValue, before: change.before, after: change.after, low: change.low, high: change.high,
      isDiluted: change.isDiluted)
  }
}
