import Glibc

/// What the variances of many functions say together, so that each is known better than from its own few units.
///
/// If samples were independent draws, a function's share would tell its variance. Real programs differ from that by a
/// factor: the same for all functions where it is the machine that makes noise, and one for each where each has bursts of
/// its own. Which of the two it is, the spread of the functions' own estimates tells, and that decides how much the common
/// factor counts beside a function's own estimate (Smyth 2004, the moderated t statistic of limma; the moments are those of
/// its section 6).
struct VarianceModel {
  /// By how much variances are larger than those of independent draws.
  private(set) var factor = 1.0
  /// How many units the common factor counts as much as.
  private(set) var degrees = 0.0

  /// The fewest functions that tell how functions differ.
  private static let fewestFunctions = 5

  /// - Parameters:
  ///   - estimates: For each function the variance found, and that of independent draws.
  ///   - unitDegrees: Degrees of freedom of what was found.
  init(_ estimates: [(found: Double, independent: Double)], unitDegrees: Double) {
    let logs = estimates.filter { $0.found > 0 && $0.independent > 0 }.map { log($0.found / $0.independent) }
    guard logs.count >= Self.fewestFunctions, unitDegrees >= 1 else {
      let sums = estimates.reduce((0.0, 0.0)) { ($0.0 + $1.found, $0.1 + $1.independent) }
      if sums.1 > 0, sums.0 > 0 { factor = sums.0 / sums.1 }
      return
    }
    let count = Double(logs.count)
    let shift = log(unitDegrees / 2) - Significance.digamma(unitDegrees / 2)
    let mean = logs.reduce(0, +) / count + shift
    let spread = logs.reduce(0) { $0 + ($1 + shift - mean) * ($1 + shift - mean) } / (count - 1)
    let excess = spread - Significance.trigamma(unitDegrees / 2)
    let most = 2 * unitDegrees
    degrees = excess > 0 ? min(most, 2 * Significance.inverseTrigamma(excess)) : most
    factor = exp(mean + Significance.digamma(degrees / 2) - log(degrees / 2))
    if !factor.isFinite || factor <= 0 {
      factor = 1
      degrees = 0
    }
  }

  /// A function's variance: what was found in its units, drawn to what its share makes likely.
  func moderated(_ found: Double, independent: Double, unitDegrees: Double) -> Double {
    (degrees * factor * independent + unitDegrees * found) / (degrees + unitDegrees)
  }
}
