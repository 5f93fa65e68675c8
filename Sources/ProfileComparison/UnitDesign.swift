import Glibc

/// The units that two sides are compared in, and what they allow to exchange.
///
/// A unit is a whole run, or a block of time of a run. If nothing changed, a unit could as well have come from the other
/// side; that is all that is assumed, and it holds as long as units are long beside what the program does for a while.
///
///     before   ▁▇▂▁│▁▁▇▁│▇▁▁▂│▁▂▇▁      shuffled: any of the eight may be before or after
///     after    ▇▁▁▂│▁▇▂▁│▁▂▁▇│▇▁▁▁
///
///     before   ▁▁▁▁│▇▇▇▇│▇▇▇▇│▃▃▃▃      paired: both go through the same phases, so only units of the same time
///     after    ▁▁▁▁│▇▇▇▇│▇▇▇▇│▃▃▃▃      change places
struct UnitDesign: Sendable {
  /// For each unit, those of the earlier side first, what amounts are divided by: weight of all samples, seconds, work.
  let sizes: [Double]
  /// The number of units of the earlier side.
  let beforeCount: Int
  /// For each unit whether the one before it is of the same run.
  let follows: [Bool]
  /// Whether units change places only with the one of the same time.
  var isPaired = false
  /// How much larger variances are than units that know nothing of each other would make them.
  var inflation = 1.0
  /// Whether units were made longer since shorter ones are alike.
  var isWidened = false
  /// Whether a row's own slow change widens its interval; not while units are still chosen.
  var seesSlowChange = false
  /// How much larger variances are than all units of a side tell, since runs differ.
  var betweenRuns = 1.0

  let beforeSize: Double
  let afterSize: Double

  init(sizes: [Double], beforeCount: Int, follows: [Bool]) {
    self.sizes = sizes
    self.beforeCount = beforeCount
    self.follows = follows
    beforeSize = sizes[..<beforeCount].reduce(0, +)
    afterSize = sizes[beforeCount...].reduce(0, +)
  }

  var afterCount: Int { sizes.count - beforeCount }
  /// Whether both sides have something to be a share of.
  var isComparable: Bool { beforeSize > 0 && afterSize > 0 }
  /// Degrees of freedom of a variance in these units.
  var degrees: Double { isPaired ? Double(beforeCount - 1) : Double(sizes.count - 2) }

  /// One row's amounts in both sides.
  struct Measured {
    var before = 0.0
    var after = 0.0
    /// What the earlier side's and the later side's estimate may be off by, squared, and both together.
    var varianceBefore = 0.0
    var varianceAfter = 0.0
    var variance = 0.0
    var degrees = Double.infinity

    var difference: Double { after - before }
    /// Half of the 95 % interval of the difference.
    var margin: Double { Significance.quantile95(degrees: degrees) * variance.squareRoot() }
  }

  /// Before and after, with variances from these units alone.
  ///
  /// - Parameters:
  ///   - model: What other rows say of variances.
  ///   - independent: The variance of a unit of size 1 if samples were independent draws, for each side.
  ///   - isDense: Whether there is enough for variances below that to mean something.
  func measured(
    _ amounts: [Double], model: VarianceModel? = nil, independent: (Double, Double) = (0, 0), isDense: Bool = true
  ) -> Measured {
    var result = Measured()
    guard isComparable else { return result }
    let inflation = inflation(of: amounts)
    result.before = amounts[..<beforeCount].reduce(0, +) / beforeSize
    result.after = amounts[beforeCount...].reduce(0, +) / afterSize
    let earlierSpread = spread(amounts, 0..<beforeCount, mean: result.before)
    let laterSpread = spread(amounts, beforeCount..<sizes.count, mean: result.after)
    func variance(_ found: Double, _ independent: Double, _ degrees: Double) -> (Double, Double) {
      guard let model else { return (found, degrees) }
      guard degrees > 0 || model.degrees > 0 else { return (independent, .infinity) }
      let moderated = model.moderated(found, independent: independent, unitDegrees: degrees)
      return (isDense ? moderated : max(moderated, independent), degrees + model.degrees)
    }
    let (earlier, earlierDegrees) = variance(earlierSpread, independent.0, Double(beforeCount - 1))
    let (later, laterDegrees) = variance(laterSpread, independent.1, Double(afterCount - 1))
    result.varianceBefore = inflation * earlier / beforeSize
    result.varianceAfter = inflation * later / afterSize
    result.variance = result.varianceBefore + result.varianceAfter
    result.degrees = Significance.welchDegrees(
      (result.varianceBefore, result.varianceAfter), (max(1, earlierDegrees), max(1, laterDegrees)))
    guard isPaired else { return result }
    let terms = pairedTerms(amounts, means: (result.before, result.after))
    // The variance of the sum of so many terms.
    let found = squares(terms) * Double(beforeCount) * Double(beforeCount) / degrees
    let expected = independent.0 / beforeSize + independent.1 / afterSize
    let (paired, pairedDegrees) = variance(found, expected, degrees)
    result.variance = inflation * paired
    result.degrees = pairedDegrees
    return result
  }

  /// The mean square of a side's residuals, each for a unit of size 1.
  private func spread(_ amounts: [Double], _ units: Range<Int>, mean: Double) -> Double {
    guard units.count > 1 else { return 0 }
    var sum = 0.0
    for unit in units where sizes[unit] > 0 {
      let residual = amounts[unit] - mean * sizes[unit]
      sum += residual * residual / sizes[unit]
    }
    return sum / Double(units.count - 1)
  }

  /// For each pair what it adds to the difference of the sides beyond what these means would make.
  func pairedTerms(_ amounts: [Double], means: (Double, Double)) -> [Double] {
    (0..<beforeCount).map { unit in
      (amounts[beforeCount + unit] - means.1 * sizes[beforeCount + unit]) / afterSize
        - (amounts[unit] - means.0 * sizes[unit]) / beforeSize
    }
  }

  /// For each unit its residual, for a unit of size 1.
  func residuals(_ amounts: [Double], means: (Double, Double)) -> [Double] {
    amounts.indices.map { unit in
      guard sizes[unit] > 0 else { return 0 }
      let mean = unit < beforeCount ? means.0 : means.1
      return (amounts[unit] - mean * sizes[unit]) / sizes[unit].squareRoot()
    }
  }

  /// How much larger a row's variance is than units that know nothing of each other would make it: at least as much as
  /// everything's, and more where its own amounts follow each other.
  ///
  /// From the correlation of neighbors, as if it were all there is to their memory (a first-order autoregression), and
  /// from what changes more slowly. A standard error of the correlation is taken off, which otherwise would widen most
  /// intervals for nothing, but not where the program is known to have memory.
  func inflation(of amounts: [Double]) -> Double {
    let memory = correlation(of: amounts)
    let error = isWidened ? 0 : 1 / Double(max(1, isPaired ? beforeCount : sizes.count)).squareRoot()
    let own = min(0.8, max(0, memory - error))
    let slow = seesSlowChange ? SlowVariance.inflation(of: amounts, self) : 1
    return betweenRuns * max(inflation, (1 + own) / (1 - own), slow)
  }

  /// The correlation of neighboring units of a run.
  func correlation(of amounts: [Double]) -> Double {
    guard isComparable, follows.contains(true) else { return 0 }
    let means = (
      amounts[..<beforeCount].reduce(0, +) / beforeSize, amounts[beforeCount...].reduce(0, +) / afterSize
    )
    let terms = isPaired ? pairedTerms(amounts, means: means) : residuals(amounts, means: means)
    var (neighbors, all) = (0.0, terms.first.map { $0 * $0 } ?? 0)
    for unit in terms.indices.dropFirst() {
      all += terms[unit] * terms[unit]
      if follows[unit] { neighbors += terms[unit] * terms[unit - 1] }
    }
    // Residuals add up to nothing, which makes neighbors a little unlike.
    return all > 0 ? neighbors / all + (isPaired ? 1 : 2) / Double(terms.count) : 0
  }

  func squares(_ terms: [Double]) -> Double { terms.reduce(0) { $0 + $1 * $1 } / Double(max(1, terms.count)) }
}
