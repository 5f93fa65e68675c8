import Glibc

/// Quantiles and scores of Student's distribution.
enum Significance {
  /// The 97.5 % quantile of the normal distribution: half of a 95 % interval, in standard errors.
  static let normal95 = 1.959964
  /// The 80 % quantile: how many standard errors a change must lie beyond what is called one, to be called one four
  /// times of five.
  static let power80 = 0.841621

  /// Half of a 95 % interval in standard errors (Cornish and Fisher 1938, three terms).
  static func quantile95(degrees: Double) -> Double {
    guard degrees.isFinite else { return normal95 }
    let normal = normal95
    let square = normal * normal
    let second = normal * (square + 1) / 4
    let third = normal * (5 * square * square + 16 * square + 3) / 96
    let fourth = normal * (3 * square * square * square + 19 * square * square + 17 * square - 15) / 384
    let freedom = max(2, degrees)
    return normal + second / freedom + third / (freedom * freedom) + fourth / (freedom * freedom * freedom)
  }

  /// The square of the normal score as probable as `t`, of which `square` is the square (Wallace 1959).
  static func normalSquare(tSquare square: Double, degrees: Double) -> Double {
    guard degrees.isFinite else { return square }
    let factor = (8 * degrees + 1) / (8 * degrees + 3)
    return factor * factor * degrees * log1p(square / degrees)
  }

  /// The degrees of freedom of a sum of variances (Welch 1947).
  static func welchDegrees(_ variances: (Double, Double), _ degrees: (Double, Double)) -> Double {
    let weight = variances.0 * variances.0 / degrees.0 + variances.1 * variances.1 / degrees.1
    let sum = variances.0 + variances.1
    return weight > 0 ? max(1, sum * sum / weight) : max(1, degrees.0 + degrees.1)
  }

  /// The derivative of the logarithm of the gamma function.
  static func digamma(_ argument: Double) -> Double {
    var x = argument
    var shift = 0.0
    while x < 6 {
      shift -= 1 / x
      x += 1
    }
    let square = 1 / (x * x)
    return shift + log(x) - 0.5 / x - square * (1.0 / 12 - square * (1.0 / 120 - square / 252))
  }

  /// The derivative of `digamma`.
  static func trigamma(_ argument: Double) -> Double {
    var x = argument
    var shift = 0.0
    while x < 6 {
      shift += 1 / (x * x)
      x += 1
    }
    let square = 1 / (x * x)
    return shift + 1 / x + square / 2 + square / x * (1.0 / 6 - square * (1.0 / 30 - square / 42))
  }

  /// The argument of which `value` is the trigamma function: Newton's method on its reciprocal, which is nearly linear.
  static func inverseTrigamma(_ value: Double) -> Double {
    guard value < 1e6 else { return 1 / value.squareRoot() }
    guard value > 1e-6 else { return 1 / value }
    var x = 0.5 + 1 / value
    for _ in 0..<30 {
      let current = trigamma(x)
      let step = current * (1 - current / value) / tetragamma(x)
      x += step
      if abs(step) < 1e-9 * x { break }
    }
    return x
  }

  private static func tetragamma(_ argument: Double) -> Double {
    var x = argument
    var shift = 0.0
    while x < 6 {
      shift -= 2 / (x * x * x)
      x += 1
    }
    let square = 1 / (x * x)
    return shift - square - square / x - square * square * (0.5 - square * (1.0 / 6 - square / 6))
  }
}
