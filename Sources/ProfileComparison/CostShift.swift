import Glibc
import ProfileModel

/// Finds changes that are none: the cost went to another function, or came from one.
///
/// A compiler that inlines a function gives its cost to its callers, one that splits it makes a new one, and a programmer
/// renames. For each function that seems slower or faster families are formed: with its callers, with its callees, with
/// functions of its name but for what compilers add, with those that vanished where it is new, and with whatever of these
/// changed too. If a family's cost changed by significantly less than half of the function's (one-sided, 95 %), the
/// function's cost moved inside the family (the cost shift check of FBDetect, SOSP 2024).
///
/// Of shares, a family's change is measured against everything outside of it, which is taken for unchanged: otherwise a
/// function that is slower would seem to have its cost from the callers whose share falls when its own grows.
struct CostShift {
  private static let mostFunctions = 60
  private static let score95 = 1.645

  private let choice: DesignChoice
  private let options: FunctionComparison.Options
  private let sides: (before: AlignedSide, after: AlignedSide)
  private let judge: ChangeJudge
  private let relations: CallRelations

  init(
    _ choice: DesignChoice, _ options: FunctionComparison.Options, _ before: AlignedSide, _ after: AlignedSide,
    _ judge: ChangeJudge
  ) {
    self.choice = choice
    self.options = options
    sides = (before, after)
    self.judge = judge
    relations = CallRelations([before, after])
  }

  /// Gives rows whose cost only moved that verdict.
  func mark(_ rows: inout [FunctionComparison.Row]) {
    for measure in FunctionComparison.Measure.allCases {
      guard measure == .self || (sides.before.hasStacks && sides.after.hasStacks) else { continue }
      let claimed = rows.indices.filter { FunctionComparison.isNews(rows[$0].change(measure)) }.sorted {
        abs(rows[$0].change(measure).difference) > abs(rows[$1].change(measure).difference)
      }
      var moved: [Int: [String]] = [:]
      for function in claimed.prefix(Self.mostFunctions) {
        moved[function] = partners(of: function, measure, rows, claimed)
      }
      for (function, partners) in moved {
        if measure == .self { rows[function].own.verdict = .moved } else { rows[function].total.verdict = .moved }
        for name in partners where !rows[function].movedWith.contains(name) { rows[function].movedWith.append(name) }
      }
    }
  }

  /// The names of the functions that a function's cost moved to or came from; nil where it did not move.
  private func partners(
    of function: Int, _ measure: FunctionComparison.Measure, _ rows: [FunctionComparison.Row], _ claimed: [Int]
  ) -> [String]? {
    let own = amounts(of: [function], measure)
    let change = normalized(own).estimate
    for family in families(of: function, measure, rows, claimed) {
      let together = normalized(amounts(of: family, measure))
      guard abs(together.estimate) + Self.score95 * together.error <= abs(change) / 2 else { continue }
      let sign = change > 0 ? -1.0 : 1.0
      // Those that have a part of it worth naming.
      let least = 0.1 * abs(rows[function].change(measure).difference)
      let others = family.filter { $0 != function && sign * rows[$0].change(measure).difference > least }.sorted {
        let (first, second) = (abs(rows[$0].change(measure).difference), abs(rows[$1].change(measure).difference))
        return first == second ? rows[$0].name < rows[$1].name : first > second
      }
      return others.prefix(3).map { rows[$0].name }
    }
    return nil
  }

  private func families(
    of function: Int, _ measure: FunctionComparison.Measure, _ rows: [FunctionComparison.Row], _ claimed: [Int]
  ) -> [Set<Int>] {
    let plain = CallRelations.plainName(rows[function].name)
    let twins = rows.indices.filter { $0 != function && CallRelations.plainName(rows[$0].name) == plain }
    func isTwin(_ other: Int) -> Bool { twins.contains(other) }
    func replaces(_ first: Int, _ second: Int) -> Bool {
      let (one, other) = (rows[first], rows[second])
      guard one.isNew && other.isVanished || one.isVanished && other.isNew else { return false }
      return relations.haveCommonCaller(first, second)
    }
    let replaced = rows.indices.filter { replaces(function, $0) }
    // Whatever changed and hangs together with it, near or far.
    var related: Set<Int> = [function]
    var next = [function]
    while let member = next.popLast() {
      for other in claimed where !related.contains(other) {
        if relations.isCall(member, other) || replaces(member, other) || (member == function && isTwin(other)) {
          related.insert(other)
          next.append(other)
        }
      }
    }
    var families: [Set<Int>] = [Set(twins), Set(replaced), related]
    families.append(relations.callers[function] ?? [])
    families.append(relations.callees[function] ?? [])
    var result: [Set<Int>] = []
    for family in families.map({ $0.union([function]) }) where family.count > 1 && !result.contains(family) {
      result.append(family)
    }
    return result
  }

  // MARK: Amounts

  private func amounts(of family: Set<Int>, _ measure: FunctionComparison.Measure) -> [Double] {
    guard measure == .total else { return judge.ownAmounts(of: family.sorted()) }
    return judge.scaled(
      inclusive(family, sides.before, like: choice.before), inclusive(family, sides.after, like: choice.after))
  }

  /// The weight of samples with any of the family on their stack, for each unit.
  private func inclusive(_ family: Set<Int>, _ side: AlignedSide, like units: SideTable) -> [Double] {
    var table = SideTable(value: side.table.value)
    for (selected, matched) in side.profiles {
      let stacks = selected.profile.stacks
      let isMember = matched.numbers.map { family.contains($0) }
      // A group of its own for the family, by node instead of by frame.
      var members = MatchedProfile(
        grouping: StackGrouping(
          stacks,
          groupOfFrame: frameGroups(selected.profile, matched, isMember), count: 1),
        functions: [SideTable.Function(name: "", module: nil)], numbers: [0])
      members.numbers = [0]
      table.add(selected, members)
    }
    table.fill([SideTable.Function(name: "", module: nil)])
    while table.weights.count > units.weights.count {
      let joined = choice.usesRuns ? table.byRun() : table.joined()
      guard joined.weights.count < table.weights.count else { break }
      table = joined
    }
    return table.total.first ?? []
  }

  private func frameGroups(_ profile: Profile, _ matched: MatchedProfile, _ isMember: [Bool]) -> [UInt32] {
    var groups = [UInt32](repeating: StackGrouping.none, count: profile.frames.count)
    for (node, group) in matched.grouping.groups.enumerated() where group != StackGrouping.none && isMember[Int(group)]
    {
      groups[Int(profile.stacks.frames[node])] = 0
    }
    return groups
  }

  /// The change of amounts, of shares as if all else had stayed as it was, and its standard error.
  private func normalized(_ amounts: [Double]) -> (estimate: Double, error: Double) {
    let measured = judge.design.measured(amounts)
    let floor = floorVariance(measured)
    guard options.basis == .share else {
      return (measured.difference, max(measured.variance, floor.0 + floor.1).squareRoot())
    }
    let (before, after) = (measured.before, measured.after)
    guard after < 0.9999, before < 0.9999 else { return (0, .infinity) }
    let outside = (1 - before) / (1 - after)
    let (earlier, later) = (max(measured.varianceBefore, floor.0), max(measured.varianceAfter, floor.1))
    let slope = outside / (1 - after)
    let variance = later * slope * slope + earlier / ((1 - after) * (1 - after))
    // Pairs know more of the difference than either side of itself.
    let ratio = judge.design.isPaired && earlier + later > 0 ? min(1, measured.variance / (earlier + later)) : 1
    return (after * outside - before, (variance * ratio).squareRoot())
  }

  /// Variances where there are no units to find them in: those of independent draws.
  private func floorVariance(_ measured: UnitDesign.Measured) -> (Double, Double) {
    guard min(judge.design.beforeCount, judge.design.afterCount) < DesignChoice.fewestRuns else { return (0, 0) }
    func variance(_ mean: Double, _ observations: Double, _ whole: Double) -> Double {
      guard whole > 0, observations > 0 else { return 0 }
      let share = min(1, max(1 / (observations + 2), mean / whole))
      return share * max(1 - share, 1 / (observations + 2)) / observations * whole * whole
    }
    let after = everythingAfter
    return (
      variance(measured.before, choice.before.observations, judge.everything),
      variance(measured.after, choice.after.observations, after)
    )
  }

  private var everythingAfter: Double {
    guard options.basis != .share, choice.before.weight > 0 else { return 1 }
    return judge.everything * choice.after.weight / choice.before.weight
  }
}
