import Glibc
import ProfileModel
import TextWriting

/// Two sides, of one or many profiles each, with a verdict on everything that could have changed.
///
/// Verdicts rest on `ExchangeTest`, in units that `DesignChoice` chooses; `CostShift` finds what only moved.
package struct FunctionComparison: Sendable {
  /// Which samples count for a function.
  package enum Measure: String, Hashable, Sendable, CaseIterable {
    /// Samples in the function itself.
    case `self`
    /// Samples in it and in what it called.
    case total
  }

  /// What to compare.
  package struct Options: Hashable, Sendable {
    /// What rows are sorted by.
    package var measure: Measure
    /// The change, as a share of everything, that does not matter.
    package var tolerance: Double
    /// What amounts are divided by.
    package var basis: ComparisonBasis
    /// The chance that anything is called slower or faster where nothing changed.
    package var level = 0.05

    /// Self shares, and 1 % of everything.
    package init(measure: Measure = .self, tolerance: Double = 0.01, basis: ComparisonBasis = .share) {
      self.measure = measure
      self.tolerance = tolerance
      self.basis = basis
    }
  }

  /// A function in both sides.
  package struct Row: Hashable, Sendable {
    /// The function.
    package var function: SideTable.Function
    /// Samples in the function itself.
    package var own = Change()
    /// Samples in it and in what it called.
    package var total = Change()
    /// Functions that its cost moved to, or came from.
    package var movedWith: [String] = []

    /// The function's name.
    package var name: String { function.name }
    /// Whether only the later side has it.
    package var isNew: Bool { total.before == 0 }
    /// Whether only the earlier side has it.
    package var isVanished: Bool { total.after == 0 }

    /// The change by one measure.
    package func change(_ measure: Measure) -> Change { measure == .self ? own : total }
  }

  /// A module, or everything.
  package struct Part: Hashable, Sendable {
    /// The module's name.
    package var name: String
    /// Samples in it.
    package var change: Change
  }

  /// All functions that either side has samples of, largest difference first.
  package let rows: [Row]
  /// Modules, largest difference first.
  package let modules: [Part]
  /// Everything; nil where it can't change, since shares add up to all.
  package let whole: Change?
  /// The earlier side.
  package let before: ComparedSide
  /// The later side.
  package let after: ComparedSide
  /// Sentences on what makes the two hard to compare.
  package let warnings: [String]
  /// What was asked for.
  package let options: Options
  /// What was exchanged: blocks or runs.
  package let units: Units

  /// The units that verdicts rest on.
  package struct Units: Hashable, Sendable {
    /// Whether they are whole runs.
    package var areRuns: Bool
    /// Whether those of the same time were compared.
    package var arePaired: Bool
    /// How many the earlier side has.
    package var before: Int
    /// How many the later side has.
    package var after: Int
  }

  /// What the whole of the earlier side is: 1, or CPU seconds a second or for a unit of work.
  package let everything: Double

  /// Compares two profiles.
  package init(before: SelectedProfile, after: SelectedProfile, _ options: Options = Options()) {
    self.init(before: [.profile(before)], after: [.profile(after)], options)
  }

  /// Compares two sides.
  ///
  /// - Complexity: O(runs · blocks · stacks + samples + exchanges · functions · units).
  package init(before: [ComparisonInput], after: [ComparisonInput], _ options: Options = Options()) {
    self.options = options
    var functions = SharedFunctions()
    for input in before { functions.note(input, isBefore: true) }
    for input in after { functions.note(input, isBefore: false) }
    var earlier = AlignedSide(before, &functions, isBefore: true)
    var later = AlignedSide(after, &functions, isBefore: false)
    earlier.fill(functions.keys)
    later.fill(functions.keys)
    let choice = DesignChoice(earlier.table, later.table, options.basis)
    let judge = ChangeJudge(choice, options, modules: functions.moduleOfNumber())
    everything = judge.everything
    var rows = judge.rows(functions.keys)
    if !choice.isSlow { CostShift(choice, options, earlier, later, judge).mark(&rows) }
    let common = Dilution(rows, options)
    common?.mark(&rows)
    var parts = judge.moduleParts()
    for index in parts.indices { common?.mark(&parts[index].change) }
    whole = judge.whole()
    self.rows = rows.filter { $0.total.before > 0 || $0.total.after > 0 }.sorted {
      Self.precedes($0.change(options.measure), $0.name, $1.change(options.measure), $1.name)
    }
    modules = parts.sorted { Self.precedes($0.change, $0.name, $1.change, $1.name) }
    self.before = ComparedSide(before, earlier.table)
    self.after = ComparedSide(after, later.table)
    units = Units(
      areRuns: choice.usesRuns, arePaired: choice.design.isPaired, before: choice.design.beforeCount,
      after: choice.design.afterCount)
    let hasNews = self.rows.contains { Self.isNews($0.own) || Self.isNews($0.total) }
    warnings =
      ComparedSide.warnings(self.before, self.after, units, isSlow: choice.isSlow)
      + Self.runWarnings(units, betweenRuns: judge.design.betweenRuns, hasNews: hasNews)
  }

  /// What one recording of each side leaves open.
  private static func runWarnings(_ units: Units, betweenRuns: Double, hasNews: Bool) -> [String] {
    guard !units.areRuns else { return [] }
    let remedy = "\(DesignChoice.fewestRuns) runs of each side tell (perfprof ab)"
    if betweenRuns > 1 {
      return [
        "Most functions differ by more than their samples explain, as runs of one program do: intervals are "
          + "\(betweenRuns.squareRoot().fixed(1)) times as wide for it; \(remedy)."
      ]
    }
    return hasNews ? ["A change may also be one of these recordings, and not of the program: \(remedy)."] : []
  }

  private static func precedes(_ left: Change, _ leftName: String, _ right: Change, _ rightName: String) -> Bool {
    let (first, second) = (abs(left.difference), abs(right.difference))
    guard first == second else { return first > second }
    return left.after == right.after
      ? leftName.utf8.lexicographicallyPrecedes(rightName.utf8) : left.after > right.after
  }

  /// The rows that are slower or faster, by the measure asked for or, if not by that, by the other.
  package var changed: [Row] { rows.filter { Self.isNews($0.own) || Self.isNews($0.total) } }

  /// Whether a change is one that is called so.
  package static func isNews(_ change: Change) -> Bool { change.verdict == .slower || change.verdict == .faster }
}

/// A profile, or what a baseline file holds of some.
package enum ComparisonInput: Sendable {
  /// A run.
  case profile(SelectedProfile)
  /// Runs, as numbers.
  case baseline(SideTable)

  /// What amounts are of.
  package var value: ValueType {
    switch self {
    case .profile(let selected): selected.value
    case .baseline(let table): table.value
    }
  }

  /// The function whose calls were counted as units of work, and how many there were; nil where none were, or of runs of a
  /// baseline not the same.
  package var countedCalls: (function: String, count: Double)? {
    switch self {
    case .profile(let selected):
      selected.profile.metadata.work.map { work in
        (work.function, selected.selection.time.map { work.count(in: $0) } ?? Double(work.count))
      }
    case .baseline(let table): table.calledFunction.map { ($0, table.calls.reduce(0, +)) }
    }
  }

  /// Throws when a comparison of all these would take more memory than a file of others may.
  ///
  /// - Complexity: O(samples), and O(functions) only where there are very many.
  package static func check(
    _ inputs: [ComparisonInput], _ budget: ReadingBudget
  ) throws(ReadingBudget.Exceeded) {
    let units = inputs.reduce(0) { $0 + $1.units }
    // What is kept of a function takes as much as so many amounts.
    let each = max(units, SideTable.blocks)
    let most = inputs.reduce(0) { $0 + $1.functionCount }
    guard most > budget.limit(.amounts) / each else { return }
    var names = Set<String>()
    for input in inputs {
      switch input {
      case .profile(let selected): for function in selected.profile.functions { names.insert(function.name) }
      case .baseline(let table): for function in table.functions { names.insert(function.name) }
      }
    }
    try budget.check(names.count * each, .amounts)
  }

  /// The most blocks that it is cut into.
  private var units: Int {
    switch self {
    case .profile(let selected): selected.profile.samples.contains { $0.time != 0 } ? SideTable.blocks : 1
    case .baseline(let table): table.weights.count
    }
  }

  private var functionCount: Int {
    switch self {
    case .profile(let selected): selected.profile.functions.count
    case .baseline(let table): table.functions.count
    }
  }
}

extension SharedFunctions {
  /// Notes an input's functions.
  mutating func note(_ input: ComparisonInput, isBefore: Bool) {
    switch input {
    case .profile(let selected): note(selected.profile, isBefore: isBefore)
    case .baseline(let table): note(table.functions, isBefore: isBefore)
    }
  }
}

/// One side with its functions numbered as the other's.
struct AlignedSide {
  var table: SideTable
  var profiles: [(selected: SelectedProfile, matched: MatchedProfile)] = []
  /// Whether it is made of profiles only, whose stacks are known.
  let hasStacks: Bool

  init(_ inputs: [ComparisonInput], _ functions: inout SharedFunctions, isBefore: Bool) {
    table = SideTable(value: inputs.first?.value ?? .samples())
    var hasStacks = true
    for input in inputs {
      switch input {
      case .profile(let selected):
        let matched = functions.match(selected.profile, isBefore: isBefore)
        table.add(selected, matched)
        profiles.append((selected, matched))
      case .baseline(let baseline):
        hasStacks = false
        table.add(baseline, numbers: baseline.functions.map { functions.number(of: $0, isBefore: isBefore) })
      }
    }
    self.hasStacks = hasStacks
  }

  mutating func fill(_ keys: [SideTable.Function]) { table.fill(keys) }
}
