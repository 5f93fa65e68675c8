import Glibc

/// How much more two recordings differ than their own units tell, seen from the functions that nobody would accuse.
///
/// Runs of one program differ by more than chance: addresses and so caches, seeds of hash tables, neighbors on the machine.
/// One recording a side has no second one to tell by how much. But what differs from run to run differs in most functions
/// a little, while a change of the program is in few. So the spread of the middle of all functions' scores is what chance
/// really makes (the empirical null of Efron 2004), and variances are multiplied by it where it is more than they say.
///
///     scores   ·  ··:::::::··  ·        ▲ one function changed: the others are as close as chance makes them
///              · ·:·::·::·::· ·:· ·     all are further apart than that: the runs differ
struct RunToRun {
  /// By what variances are to be multiplied, 1 or more.
  let inflation: Double

  /// The fewest functions that tell.
  private static let fewestFunctions = 8
  /// The part of functions that may have changed.
  private static let changedPart = 0.2
  /// The mean square of normal scores without that part.
  private static let middleSquare = 0.43773
  /// How many standard errors above 1 are not chance.
  private static let score = 1.3

  /// - Parameter functions: What was measured of functions by themselves.
  init(_ functions: [UnitDesign.Measured]) {
    guard functions.count >= Self.fewestFunctions else {
      inflation = 1
      return
    }
    let ratio = Self.middleRatio(functions)
    let squares = functions.map { function -> Double in
      let difference = function.after - ratio * function.before
      let variance = function.variance * max(1, ratio)
      guard variance > 0 else { return 0 }
      return Significance.normalSquare(tSquare: difference * difference / variance, degrees: function.degrees)
    }.sorted()
    let count = squares.count - Int((Double(squares.count) * Self.changedPart).rounded(.up))
    let spread = squares.prefix(count).reduce(0, +) / Double(count) / Self.middleSquare
    let error = (3 / Double(count)).squareRoot()
    inflation = spread > 1 + Self.score * error ? max(1, spread) : 1
  }

  /// What the weight in the middle of all functions was multiplied by: when one takes more, shares of all others fall.
  private static func middleRatio(_ functions: [UnitDesign.Measured]) -> Double {
    let shared = functions.filter { $0.before > 0 && $0.after > 0 }
    let ratios = shared.map { ($0.after / $0.before, $0.before + $0.after) }.sorted { $0.0 < $1.0 }
    var rest = ratios.reduce(0) { $0 + $1.1 } / 2
    for (ratio, weight) in ratios {
      rest -= weight
      if rest <= 0 { return ratio }
    }
    return 1
  }
}
