import Glibc

/// Chooses the units that a comparison is made in.
///
/// With at least four runs on each side, runs. With fewer, blocks of time within runs, as short as they can be without
/// knowing of each other: blocks of a program that does one thing for a while are alike, and many of them are little
/// evidence. Where both sides are one run and blocks of the same time are more alike than others, since both go through
/// the same phases, blocks of the same time are compared.
struct DesignChoice {
  /// The fewest runs on each side that verdicts can rest on: exchanging four and four is what shows 5 % (2 of 70).
  static let fewestRuns = 4
  private static let fewestBlocks = 8

  let before: SideTable
  let after: SideTable
  let design: UnitDesign
  /// Whether even the longest blocks are too short for what the program does.
  let isSlow: Bool
  /// Whether runs are units.
  let usesRuns: Bool

  init(_ before: SideTable, _ after: SideTable, _ basis: ComparisonBasis) {
    guard min(before.runCount, after.runCount) < Self.fewestRuns else {
      let (earlier, later) = (before.byRun(), after.byRun())
      self.init(
        earlier, later, Self.design(earlier, later, basis, follows: { _ in false }), isSlow: false, usesRuns: true)
      return
    }
    var (earlier, later) = (before, after)
    while true {
      let runs = earlier.runs + later.runs
      var design = Self.design(earlier, later, basis) { unit in
        unit > 0 && unit != earlier.runs.count && runs[unit] == runs[unit - 1]
      }
      guard design.isComparable else {
        self.init(earlier, later, design, isSlow: false, usesRuns: false)
        return
      }
      let rows = Self.heaviest(earlier, later)
      design.isPaired = Self.pairs(rows, design, before, after)
      let memory = Self.memory(rows, design, whole: earlier.weight + later.weight)
      let blocks = min(earlier.runs.count, later.runs.count)
      guard memory.isMuch, blocks >= 2 * Self.fewestBlocks else {
        // What was widened has memory, and what is left of it is rather taken for too much than for too little; but what
        // pairs have of it may be a change within one phase.
        design.isWidened =
          !design.isPaired && (earlier.runs.count < before.runs.count || later.runs.count < after.runs.count)
        let correlation = design.isWidened ? memory.most : memory.correlation
        design.inflation = max((1 + correlation) / (1 - correlation), SlowVariance(rows, design).inflation)
        design.seesSlowChange = true
        self.init(earlier, later, design, isSlow: memory.isMuch && memory.correlation > 0.3, usesRuns: false)
        return
      }
      (earlier, later) = (earlier.joined(), later.joined())
    }
  }

  private init(_ before: SideTable, _ after: SideTable, _ design: UnitDesign, isSlow: Bool, usesRuns: Bool) {
    self.before = before
    self.after = after
    self.design = design
    self.isSlow = isSlow
    self.usesRuns = usesRuns
  }

  private static func design(
    _ before: SideTable, _ after: SideTable, _ basis: ComparisonBasis, follows: (Int) -> Bool
  ) -> UnitDesign {
    UnitDesign(
      sizes: basis.sizes(of: before, isBefore: true) + basis.sizes(of: after, isBefore: false),
      beforeCount: before.weights.count, follows: (0..<(before.weights.count + after.weights.count)).map(follows))
  }

  /// The functions that tell most of how a program behaves in time: heavy ones, by self weight.
  private static func heaviest(_ before: SideTable, _ after: SideTable) -> [[Double]] {
    let rows = before.own.indices.map { before.own[$0] + after.own[$0] }
    let sums = rows.map { $0.reduce(0, +) }
    let whole = before.weight + after.weight
    return rows.indices.filter { sums[$0] > 0.005 * whole }.sorted { sums[$0] > sums[$1] }.prefix(64).map { rows[$0] }
  }

  /// Whether blocks of the same time are clearly more alike than blocks of different times.
  private static func pairs(_ rows: [[Double]], _ design: UnitDesign, _ before: SideTable, _ after: SideTable) -> Bool {
    guard before.runCount == 1, after.runCount == 1, design.beforeCount == design.afterCount,
      design.beforeCount >= fewestBlocks
    else { return false }
    let (earlier, later) = (before.seconds.reduce(0, +), after.seconds.reduce(0, +))
    guard earlier > 0, later > 0, abs(earlier / later - 1) < 0.3 else { return false }
    var paired = design
    paired.isPaired = true
    var (together, apart) = (0.0, 0.0)
    for row in rows {
      let measured = (design.measured(row).variance, paired.measured(row).variance)
      guard measured.0 > 0 else { continue }
      // Each function counts by how much of everything it is.
      let weight = row.reduce(0, +) / measured.0
      together += weight * measured.1
      apart += weight * measured.0
    }
    return together < 0.7 * apart
  }

  /// How much a unit tells of the next one: the correlation of neighbors, of all functions together, and a standard
  /// error more.
  private static func memory(
    _ rows: [[Double]], _ design: UnitDesign, whole: Double
  ) -> (correlation: Double, most: Double, isMuch: Bool) {
    var (products, squares, weights, weightSquares) = (0.0, 0.0, 0.0, 0.0)
    var most = 0.0
    for row in rows {
      let correlation = design.correlation(of: row)
      let weight = row.reduce(0, +)
      products += weight * correlation
      squares += weight
      weights += weight
      weightSquares += weight * weight
      if weight > 0.02 * whole { most = max(most, correlation) }
    }
    guard squares > 0 else { return (0, 0, false) }
    let units = Double(design.isPaired ? design.beforeCount : design.sizes.count)
    let independent = max(1, weights * weights / weightSquares - 1)
    let correlation = products / squares
    let error = 1 / (units * independent).squareRoot()
    let isMuch = correlation > 0.06 + error || most > 0.1 + 2.5 / units.squareRoot()
    let likely = isMuch ? correlation : correlation - error / 2
    return (min(0.8, max(0, likely)), min(0.8, max(0, likely + error)), isMuch)
  }
}
