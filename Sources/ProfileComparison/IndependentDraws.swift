import Glibc

/// What can be said where there are no units to exchange, as in files without times: samples are taken for independent
/// draws, and false discoveries held at 5 % by the weighted procedure of Benjamini and Hochberg (Genovese, Roeder and
/// Wasserman 2006).
enum IndependentDraws {
  static func results(_ rows: [ExchangeTest.Row], _ design: UnitDesign, level: Double) -> [ExchangeTest.Result] {
    let model = VarianceModel([], unitDegrees: 0)
    let weights = rows.reduce(0) { $0 + $1.weight }
    var results = rows.map { row in
      var measured = design.measured(row.amounts)
      measured.varianceBefore = row.independent.before / design.beforeSize
      measured.varianceAfter = row.independent.after / design.afterSize
      measured.variance = model.factor * (measured.varianceBefore + measured.varianceAfter)
      measured.degrees = .infinity
      let score = measured.variance > 0 ? abs(measured.difference) / measured.variance.squareRoot() : 0
      let share = row.weight / weights
      return ExchangeTest.Result(
        measured: measured, probability: min(1, erfc(score / 2.0.squareRoot()) / share),
        criticalScore: criticalScore(level * share))
    }
    // From the largest down, no probability is larger than one behind it.
    let order = results.indices.sorted { results[$0].probability > results[$1].probability }
    var least = 1.0
    for (place, index) in order.enumerated() {
      least = min(least, results[index].probability / Double(rows.count - place))
      results[index].probability = least
    }
    return results
  }

  /// The normal score with this probability on both sides together.
  static func criticalScore(_ probability: Double) -> Double {
    var (low, high) = (0.0, 40.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if erfc(middle / 2.0.squareRoot()) > probability { low = middle } else { high = middle }
    }
    return high
  }
}
