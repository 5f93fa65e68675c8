import Glibc

/// Statistics of the difference of two means, each with its variance and degrees of freedom.
enum Significance {
  /// The probability of a difference at least this large when nothing changed, by Welch's test.
  static func probability(difference: Double, variances: (Double, Double), degrees: (Double, Double)) -> Double {
    let variance = variances.0 + variances.1
    guard variance > 0 else { return difference == 0 ? 1 : 0 }
    let freedom = welchDegrees(variances, degrees)
    return erfc(normalScore(t: abs(difference) / variance.squareRoot(), degrees: freedom) / 2.0.squareRoot())
  }

  /// Half the width of the 95 % confidence interval of the difference.
  static func margin(variances: (Double, Double), degrees: (Double, Double)) -> Double {
    let freedom = welchDegrees(variances, degrees)
    // 1.96 for many degrees of freedom (Cornish and Fisher 1938, two terms).
    let normal = 1.959964
    let second = (normal * normal * normal + normal) / 4
    let third = (5 * pow(normal, 5) + 16 * pow(normal, 3) + 3 * normal) / 96
    let factor = freedom.isFinite ? normal + second / freedom + third / (freedom * freedom) : normal
    return factor * (variances.0 + variances.1).squareRoot()
  }

  /// Which of these probabilities are significant when at most `rate` of those found may be false (Benjamini and
  /// Hochberg 1995).
  static func discoveries(_ probabilities: [Double], rate: Double) -> [Bool] {
    let order = probabilities.indices.sorted { probabilities[$0] < probabilities[$1] }
    var accepted = 0
    for (rank, index) in order.enumerated()
    where probabilities[index] <= rate * Double(rank + 1) / Double(probabilities.count) {
      accepted = rank + 1
    }
    var result = [Bool](repeating: false, count: probabilities.count)
    for index in order.prefix(accepted) { result[index] = true }
    return result
  }

  private static func welchDegrees(_ variances: (Double, Double), _ degrees: (Double, Double)) -> Double {
    let weight =
      variances.0 * variances.0 / degrees.0 + variances.1 * variances.1 / degrees.1
    let sum = variances.0 + variances.1
    return weight > 0 ? max(1, sum * sum / weight) : .infinity
  }

  /// The normal score as probable as `t` (Wallace 1959).
  private static func normalScore(t: Double, degrees: Double) -> Double {
    guard degrees.isFinite else { return t }
    return (8 * degrees + 1) / (8 * degrees + 3) * (degrees * log(1 + t * t / degrees)).squareRoot()
  }
}
