import Glibc

/// Which of many rows changed: whole units are exchanged between the sides, and a change is one that is larger than the
/// largest that exchanging makes.
///
/// Of each exchange the largest statistic of all rows counts, so that rows that hang together, such as callers and
/// callees, cost no more than one, and the chance that anything is called a change where nothing changed is 5 % over
/// everything (Westfall and Young 1993, free step-down). That keeps the rate of false discoveries below 5 % too.
///
/// A row's statistic is its studentized difference as a normal score, squared, plus twice the logarithm of its weight:
/// about the logarithm of its probability divided by its weight, so that large functions don't pay for a thousand
/// small ones (weighted tests: Genovese, Roeder and Wasserman 2006). Weights come from both sides together, which says
/// nothing of their difference.
struct ExchangeTest {
  /// A row of amounts.
  struct Row {
    /// For each unit, those of the earlier side first.
    var amounts: [Double]
    /// What it counts beside other rows.
    var weight: Double
    /// The variance for a unit of size 1 if samples were independent draws, for both sides and for both together.
    var independent: (before: Double, after: Double, pooled: Double)
    /// Whether there is enough of it for its own variance to say something.
    var isDense: Bool
  }

  /// What is found of a row.
  struct Result {
    var measured: UnitDesign.Measured
    /// The probability of any row's change at least this large when nothing changed.
    var probability: Double
    /// How many standard errors a change must have to be called one.
    var criticalScore: Double
  }

  /// The most exchanges; all there are where they are fewer.
  static let exchanges = 1999

  /// - Complexity: O(exchanges · rows · units)
  static func results(_ rows: [Row], _ design: UnitDesign, level: Double = 0.05, seed: UInt64) -> [Result] {
    guard design.isComparable, !rows.isEmpty else { return [] }
    guard min(design.beforeCount, design.afterCount) >= DesignChoice.fewestRuns else {
      return IndependentDraws.results(rows, design, level: level)
    }
    let dense = rows.filter(\.isDense)
    let model = VarianceModel(
      dense.map {
        (pooledVariance($0, design), design.isPaired ? pairedIndependent($0, design) : $0.independent.pooled)
      },
      unitDegrees: design.degrees)
    var results = rows.map { row in
      Result(
        measured: design.measured(
          row.amounts, model: model, independent: (row.independent.before, row.independent.after), isDense: row.isDense),
        probability: 1, criticalScore: .infinity)
    }
    let statistic = Statistic(rows, design, model)
    let inflations = rows.map { design.inflation(of: $0.amounts) }
    let identity = statistic.values(statistic.identity, inflations: inflations)
    let order = rows.indices.sorted { identity[$0] == identity[$1] ? $0 < $1 : identity[$0] > identity[$1] }
    var exceeding = [Int](repeating: 0, count: rows.count)
    var largest: [Double] = []
    var count = 0
    statistic.forEachExchange(seed: seed) { exchange in
      let values = statistic.values(exchange)
      count += 1
      var most = -Double.infinity
      for row in order.reversed() {
        most = max(most, values[row])
        if most >= identity[row] - 1e-9 { exceeding[row] += 1 }
      }
      largest.append(most)
    }
    guard count > 0 else { return results }
    largest.sort()
    // Of all exchanges, the one that is there among them, at most this part may be as large.
    let place = min(count - 1, Int(((1 - level) * Double(count)).rounded(.up)))
    let canDecide = Double(count) * level >= 1
    var least = 0.0
    for row in order {
      least = max(least, Double(exceeding[row]) / Double(count))
      results[row].probability = min(1, least)
      let square = largest[place] - 2 * log(rows[row].weight)
      results[row].criticalScore = canDecide ? max(1, square).squareRoot() : .infinity
    }
    return results
  }

  /// The variance of a unit of size 1 within both sides together, or of a pair.
  static func pooledVariance(_ row: Row, _ design: UnitDesign) -> Double {
    let means = (
      row.amounts[..<design.beforeCount].reduce(0, +) / design.beforeSize,
      row.amounts[design.beforeCount...].reduce(0, +) / design.afterSize
    )
    if design.isPaired {
      let terms = design.pairedTerms(row.amounts, means: means)
      return design.squares(terms) * Double(terms.count) * Double(terms.count) / design.degrees
    }
    let residuals = design.residuals(row.amounts, means: means)
    return design.squares(residuals) * Double(residuals.count) / max(1, design.degrees)
  }

  static func pairedIndependent(_ row: Row, _ design: UnitDesign) -> Double {
    row.independent.before / design.beforeSize + row.independent.after / design.afterSize
  }
}

/// The studentized difference of each row for any exchange of units.
private struct Statistic {
  private let design: UnitDesign
  private let count: Int
  private let model: VarianceModel
  /// For each row and unit what is exchanged: residuals from the mean of both sides, or pairs' terms.
  private var terms: [Double] = []
  /// For each row the sum of the squares of its terms.
  private var squares: [Double] = []
  /// For each row the variance that independent draws would make, as terms have it.
  private var expected: [Double] = []
  private var logWeights: [Double] = []
  private let leverage: Double

  /// For each unit its factor in the difference of the sides.
  let identity: [Double]

  init(_ rows: [ExchangeTest.Row], _ design: UnitDesign, _ model: VarianceModel) {
    self.design = design
    self.model = model
    count = design.isPaired ? design.beforeCount : design.sizes.count
    identity =
      design.isPaired
      ? Array(repeating: 1, count: design.beforeCount)
      : design.sizes.indices.map { unit in
        unit < design.beforeCount
          ? -design.sizes[unit].squareRoot() / design.beforeSize : design.sizes[unit].squareRoot() / design.afterSize
      }
    leverage = identity.reduce(0) { $0 + $1 * $1 }
    for row in rows {
      let mean = row.amounts.reduce(0, +) / (design.beforeSize + design.afterSize)
      let own =
        design.isPaired
        ? design.pairedTerms(row.amounts, means: (mean, mean)) : design.residuals(row.amounts, means: (mean, mean))
      terms += own
      squares.append(own.reduce(0) { $0 + $1 * $1 })
      // A pair's terms add up to the difference, so each has its part of that variance.
      expected.append(
        design.isPaired
          ? ExchangeTest.pairedIndependent(row, design) / Double(design.beforeCount) : row.independent.pooled)
      logWeights.append(2 * log(row.weight))
    }
  }

  /// For each row its statistic under an exchange, given as the units' factors.
  func values(_ factors: [Double], inflations: [Double]? = nil) -> [Double] {
    let unitDegrees = max(1, design.degrees)
    let degrees = model.degrees + unitDegrees
    return squares.indices.map { row in
      let start = row * count
      var difference = 0.0
      for unit in 0..<count { difference += factors[unit] * terms[start + unit] }
      let between = difference * difference / leverage
      let within = max(0, squares[row] - between)
      let variance = (model.degrees * model.factor * expected[row] + within) / degrees
      guard variance > 0 else { return between > 0 ? 1e9 : logWeights[row] }
      let square = between / variance / (inflations?[row] ?? 1)
      return Significance.normalSquare(tSquare: square, degrees: degrees) + logWeights[row]
    }
  }

  /// Calls `body` with every exchange, or with the first one and as many as are enough.
  func forEachExchange(seed: UInt64, _ body: ([Double]) -> Void) {
    design.isPaired ? flips(seed: seed, body) : shuffles(seed: seed, body)
  }

  private func flips(seed: UInt64, _ body: ([Double]) -> Void) {
    var factors = identity
    guard count > 11 else {
      for bits in 0..<(1 << count) {
        for unit in 0..<count { factors[unit] = bits >> unit & 1 == 0 ? 1 : -1 }
        body(factors)
      }
      return
    }
    var random = SeededNumbers(seed: seed)
    body(factors)
    for _ in 0..<ExchangeTest.exchanges {
      for unit in 0..<count { factors[unit] = random.next() & 1 == 0 ? 1 : -1 }
      body(factors)
    }
  }

  private func shuffles(seed: UInt64, _ body: ([Double]) -> Void) {
    let (some, all) = (design.beforeCount, count)
    guard let choices = Self.choices(some, of: all, most: ExchangeTest.exchanges) else {
      var random = SeededNumbers(seed: seed)
      var factors = identity
      body(factors)
      for _ in 0..<ExchangeTest.exchanges {
        factors.shuffle(using: &random)
        body(factors)
      }
      return
    }
    // All ways to choose the earlier side; factors of a side are taken in their order.
    var chosen = Array(0..<some)
    for _ in 0..<choices {
      var factors = [Double](repeating: 0, count: all)
      var (next, earlier, later) = (0, 0, some)
      for unit in 0..<all {
        if next < some, chosen[next] == unit {
          factors[unit] = identity[earlier]
          next += 1
          earlier += 1
        } else {
          factors[unit] = identity[later]
          later += 1
        }
      }
      body(factors)
      guard var place = (0..<some).last(where: { chosen[$0] < all - some + $0 }) else { break }
      chosen[place] += 1
      while place + 1 < some {
        chosen[place + 1] = chosen[place] + 1
        place += 1
      }
    }
  }

  /// In how many ways `some` can be chosen of `all`; nil when in more than `most`.
  private static func choices(_ some: Int, of all: Int, most: Int) -> Int? {
    var result = 1
    for step in 0..<min(some, all - some) {
      result = result * (all - step) / (step + 1)
      if result > most { return nil }
    }
    return result
  }
}
