import Glibc
import ProfileModel

/// Judges everything that could have changed, all at once.
struct ChangeJudge {
  /// Changes below a quarter of the tolerance are no news, however sure.
  private static let leastPart = 0.25
  /// The fewest observations, on both sides together, that something is judged by.
  private static let fewestObservations = 10.0
  /// Observations in a unit from which on its variance is its own.
  private static let denseObservations = 4.0
  /// The fewest observations of a function that tells how runs differ.
  private static let tellingObservations = 20.0
  /// The most rows that are judged, the heaviest.
  private static let mostRows = 1500

  private let choice: DesignChoice
  /// The units, with what judging found of them.
  private(set) var design: UnitDesign
  private let options: FunctionComparison.Options
  private let functionCount: Int
  private let moduleNames: [String]
  private let moduleRows: [[Double]]
  private var changes: [[Double]: Change] = [:]
  private let scales: (Double, Double)
  /// What the whole of the earlier side is.
  let everything: Double

  init(_ choice: DesignChoice, _ options: FunctionComparison.Options, modules: [String?]) {
    self.choice = choice
    self.options = options
    design = choice.design
    functionCount = choice.before.own.count
    let scales =
      options.basis == .share
      ? (1.0, 1.0) : (choice.before.cpuSecondsPerAmount ?? 1, choice.after.cpuSecondsPerAmount ?? 1)
    self.scales = scales
    let wholeBefore = choice.before.weight * scales.0
    everything = design.beforeSize > 0 ? wholeBefore / design.beforeSize : 0
    var sums: [String: [Double]] = [:]
    for (function, module) in modules.enumerated() {
      guard let module, function < functionCount else { continue }
      let amounts = Self.join(choice.before.own[function], choice.after.own[function], scales)
      sums[module] = sums[module].map { zip($0, amounts).map { $0 + $1 } } ?? amounts
    }
    let named = sums.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    moduleNames = named.map(\.key)
    moduleRows = named.map(\.value)
    judge()
  }

  private static func join(_ before: [Double], _ after: [Double], _ scales: (Double, Double)) -> [Double] {
    scales == (1, 1) ? before + after : before.map { $0 * scales.0 } + after.map { $0 * scales.1 }
  }

  private func amounts(_ function: Int, _ measure: FunctionComparison.Measure) -> [Double] {
    measure == .self
      ? Self.join(choice.before.own[function], choice.after.own[function], scales)
      : Self.join(choice.before.total[function], choice.after.total[function], scales)
  }

  private var wholeAmounts: [Double] { Self.join(choice.before.weights, choice.after.weights, scales) }

  private mutating func judge() {
    guard design.isComparable else { return }
    var candidates: [[Double]] = []
    var known: Set<[Double]> = []
    func add(_ amounts: [Double]) {
      if known.insert(amounts).inserted { candidates.append(amounts) }
    }
    for function in 0..<functionCount {
      add(amounts(function, .self))
      add(amounts(function, .total))
    }
    for row in moduleRows { add(row) }
    if options.basis.comparesWhole { add(wholeAmounts) }
    let rows = candidates.map { row($0) }
    // What can't have changed by enough is not looked at, since every row makes it harder to find something in others.
    var tested = rows.indices.filter { isTestable(rows[$0]) }
    if tested.count > Self.mostRows {
      let heaviest = tested.sorted { rows[$0].weight == rows[$1].weight ? $0 < $1 : rows[$0].weight > rows[$1].weight }
      tested = heaviest.prefix(Self.mostRows).sorted()
    }
    let judged = Self.weighted(tested.map { rows[$0] })
    var results = ExchangeTest.results(judged, design, level: options.level, seed: seed)
    if !choice.usesRuns, !choice.isSlow {
      design.betweenRuns = RunToRun(functionsAlone(judged, results)).inflation
      if design.betweenRuns > 1 {
        results = ExchangeTest.results(judged, design, level: options.level, seed: seed)
      }
    }
    for (index, result) in zip(tested, results) { changes[rows[index].amounts] = change(rows[index], result) }
    let isTested = Set(tested)
    for index in rows.indices where !isTested.contains(index) {
      let row = rows[index]
      let measured = design.measured(
        row.amounts, model: VarianceModel([], unitDegrees: 0),
        independent: (row.independent.before, row.independent.after), isDense: false)
      changes[row.amounts] = change(
        row, ExchangeTest.Result(measured: measured, probability: 1, criticalScore: .infinity))
    }
  }

  /// What was measured of functions by themselves, of which there is enough.
  private func functionsAlone(
    _ rows: [ExchangeTest.Row], _ results: [ExchangeTest.Result]
  ) -> [UnitDesign.Measured] {
    let alone = Set((0..<functionCount).map { amounts($0, .self) })
    return zip(rows, results).compactMap { row, result in
      let counts = observations(row.amounts)
      return counts.0 + counts.1 >= Self.tellingObservations && alone.contains(row.amounts) ? result.measured : nil
    }
  }

  /// Rows that share four fifths of all chances by the fourth power of the variance of their shares, so that one function
  /// of 20 % has twice as many as ten of 8 % together; and a fifth by that variance itself, so that small ones keep some.
  private static func weighted(_ rows: [ExchangeTest.Row]) -> [ExchangeTest.Row] {
    func fourthPower(_ row: ExchangeTest.Row) -> Double { row.weight * row.weight * row.weight * row.weight }
    let sums = rows.reduce((0.0, 0.0)) { ($0.0 + $1.weight, $0.1 + fourthPower($1)) }
    guard sums.0 > 0, sums.1 > 0 else { return rows }
    return rows.map { row in
      var row = row
      row.weight = 0.2 * row.weight / sums.0 + 0.8 * fourthPower(row) / sums.1
      return row
    }
  }

  /// The same for the same input.
  private var seed: UInt64 {
    wholeAmounts.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ $1.bitPattern) &* 0x100_0000_01B3 }
  }

  private func observations(_ amounts: [Double]) -> (Double, Double) {
    return (
      amounts[..<design.beforeCount].reduce(0, +) / scales.0 * choice.before.observationsPerAmount,
      amounts[design.beforeCount...].reduce(0, +) / scales.1 * choice.after.observationsPerAmount
    )
  }

  private func row(_ amounts: [Double]) -> ExchangeTest.Row {
    let counts = observations(amounts)
    let all = (choice.before.observations, choice.after.observations)
    func independent(_ count: Double, _ all: Double, _ size: Double) -> Double {
      guard size > 0, all > 0 else { return 0 }
      guard options.basis == .share else { return everythingOf(count + 1, all, size) }
      // One more and one less, so that what is rare does not pass for certain (Agresti and Caffo 2000).
      let share = (count + 1) / (all + 2)
      return share * (1 - share) * size / all
    }
    let sizes = (design.beforeSize, design.afterSize)
    let share = (counts.0 + counts.1) / max(1, all.0 + all.1)
    return ExchangeTest.Row(
      amounts: amounts,
      weight: max(1e-6, options.basis == .share ? share * (1 - share) : share),
      independent: (
        independent(counts.0, all.0, sizes.0), independent(counts.1, all.1, sizes.1),
        independent(counts.0 + counts.1, all.0 + all.1, sizes.0 + sizes.1)
      ),
      isDense: counts.0 + counts.1 >= Self.denseObservations * Double(design.sizes.count)
        && min(counts.0, counts.1) >= 30)
  }

  /// The variance of an amount for a unit of size 1, of which `count` were observed in `size`.
  private func everythingOf(_ count: Double, _ all: Double, _ size: Double) -> Double {
    let perObservation =
      (choice.before.weight * scales.0 + choice.after.weight * scales.1)
      / max(1, choice.before.observations + choice.after.observations)
    return count * perObservation * perObservation / size
  }

  private func isTestable(_ row: ExchangeTest.Row) -> Bool {
    let counts = observations(row.amounts)
    guard counts.0 + counts.1 >= Self.fewestObservations else { return false }
    let shares = (counts.0 / max(1, choice.before.observations), counts.1 / max(1, choice.after.observations))
    guard shares.0 + shares.1 >= options.tolerance * Self.leastPart else { return false }
    return options.basis != .share || min(shares.0, shares.1) < 0.9999
  }

  private func change(_ row: ExchangeTest.Row, _ result: ExchangeTest.Result) -> Change {
    let measured = result.measured
    var change = Change()
    (change.before, change.after) = (measured.before, measured.after)
    change.low = measured.difference - measured.margin
    change.high = measured.difference + measured.margin
    change.probability = result.probability
    change.observations = observations(row.amounts)
    let error = measured.variance.squareRoot()
    if result.criticalScore.isFinite {
      let visible = (result.criticalScore + Significance.power80) * error
      // No share grows by more than all.
      if options.basis != .share || visible < 1 { change.visible = visible }
    }
    if measured.before > 0, measured.after > 0 {
      let relative =
        (measured.varianceBefore / (measured.before * measured.before)
        + measured.varianceAfter / (measured.after * measured.after)).squareRoot()
      let ratio = measured.after / measured.before
      change.ratio = (ratio, ratio * relative * Significance.quantile95(degrees: measured.degrees))
    }
    let tolerance = options.tolerance * everything
    change.isSignificant = result.probability <= options.level && abs(measured.difference) > 0
    if change.low >= -tolerance, change.high <= tolerance, change.low.isFinite {
      change.verdict = .unchanged
    } else if change.isSignificant, !choice.isSlow, abs(measured.difference) >= tolerance * Self.leastPart {
      change.verdict = measured.difference > 0 ? .slower : .faster
    }
    return change
  }

  // MARK: What came of it

  func rows(_ keys: [SideTable.Function]) -> [FunctionComparison.Row] {
    keys.indices.map { function in
      var row = FunctionComparison.Row(function: keys[function])
      guard function < functionCount else { return row }
      row.own = changes[amounts(function, .self)] ?? Change()
      row.total = changes[amounts(function, .total)] ?? Change()
      return row
    }
  }

  func moduleParts() -> [FunctionComparison.Part] {
    zip(moduleNames, moduleRows).map { FunctionComparison.Part(name: $0, change: changes[$1] ?? Change()) }
  }

  func whole() -> Change? { options.basis.comparesWhole ? changes[wholeAmounts] ?? Change() : nil }

  /// Amounts of several functions together, as they are compared.
  func ownAmounts(of functions: some Sequence<Int>) -> [Double] {
    var sum = [Double](repeating: 0, count: design.sizes.count)
    for function in functions {
      for (unit, amount) in amounts(function, .self).enumerated() { sum[unit] += amount }
    }
    return sum
  }

  /// Amounts of a side each, as they are compared.
  func scaled(_ before: [Double], _ after: [Double]) -> [Double] { Self.join(before, after, scales) }
}
