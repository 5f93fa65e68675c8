import Glibc

/// How much larger the variance of a whole recording is than its units tell, because a program also changes slowly.
///
/// A recording that wanders shows it at the lowest frequencies that fit into it, the half wave from its start to its end
/// and the whole one:
///
///     first    ▔▔▀▀▄▄▁▁        second   ▔▀▄▁▁▄▀▔
///
/// Units that know nothing of each other have there what they have at any other frequency. More of it than chance makes
/// widens intervals in proportion (the equal-weighted cosine estimate of Lazarus, Lewis, Stock and Watson 2018); and where
/// the first wave is larger than the second, what is slower than the recording, and so differs between two of them, is
/// larger still by as much again.
struct SlowVariance {
  /// By what variances are to be multiplied, 1 or more.
  let inflation: Double

  /// How many standard errors above what chance makes are not chance.
  private static let score = 2.6
  /// By how much more what is slower than the recording is taken to differ, at most.
  private static let mostSteep = 4.0
  /// The fewest units that have waves.
  private static let fewestUnits = 8

  /// - Parameter rows: Rows that tell how a program behaves, each counting by its sum.
  init(_ rows: [[Double]], _ design: UnitDesign) {
    var (first, second, weights, weightSquares) = (0.0, 0.0, 0.0, 0.0)
    var waves = 0
    for row in rows {
      guard let power = Self.powers(row, design) else { continue }
      let weight = row.reduce(0, +)
      first += weight * power.first
      second += weight * power.second
      weights += weight
      weightSquares += weight * weight
      waves = power.count
    }
    guard weights > 0, waves > 0 else {
      inflation = 1
      return
    }
    // Shares add up to all, which costs one of them.
    let independent = max(1, weights * weights / weightSquares - 1)
    inflation = Self.inflation(first / weights, second / weights, count: Double(waves) * independent)
  }

  /// For one row by itself.
  static func inflation(of row: [Double], _ design: UnitDesign) -> Double {
    guard let power = powers(row, design) else { return 1 }
    return inflation(power.first, power.second, count: Double(power.count))
  }

  private static func inflation(_ first: Double, _ second: Double, count: Double) -> Double {
    let both = (first + second) / 2
    let isChance = first <= 1 + score * (2 / count).squareRoot() && both <= 1 + score * (1 / count).squareRoot()
    guard !isChance else { return 1 }
    return max(1, first, both) * min(mostSteep, max(1, first / max(second, 1e-9)))
  }

  /// The power of the first two waves, as a multiple of what a unit's variance makes of them, averaged over runs.
  private static func powers(
    _ row: [Double], _ design: UnitDesign
  ) -> (first: Double, second: Double, count: Int)? {
    // What pairs of blocks differ by slowly may be a change within one phase, which is not to be hidden.
    guard design.isComparable, !design.isPaired else { return nil }
    let means = (
      row[..<design.beforeCount].reduce(0, +) / design.beforeSize,
      row[design.beforeCount...].reduce(0, +) / design.afterSize
    )
    let terms = design.residuals(row, means: means)
    var (first, second, squares, degrees, count) = (0.0, 0.0, 0.0, 0, 0)
    var start = 0
    while start < terms.count {
      var end = start + 1
      while end < terms.count, design.follows[end] { end += 1 }
      let units = end - start
      squares += terms[start..<end].reduce(0) { $0 + $1 * $1 }
      degrees += units
      if units >= fewestUnits {
        first += wave(terms[start..<end], halves: 1)
        second += wave(terms[start..<end], halves: 2)
        count += 1
      }
      start = end
    }
    degrees -= 2
    guard count > 0, degrees > 0, squares > 0 else { return nil }
    let scale = squares / Double(degrees) * Double(count)
    return (first / scale, second / scale, count)
  }

  /// The square of a cosine's part in a run.
  private static func wave(_ terms: ArraySlice<Double>, halves: Int) -> Double {
    var sum = 0.0
    let step = Double(halves) * Double.pi / Double(terms.count)
    for (place, term) in terms.enumerated() { sum += term * cos(step * (Double(place) + 0.5)) }
    return 2 * sum * sum / Double(terms.count)
  }
}
