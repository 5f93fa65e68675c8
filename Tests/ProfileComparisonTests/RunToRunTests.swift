import Testing

@testable import ProfileComparison

/// How much runs differ, told from functions that nobody would accuse.
@Suite struct RunToRunTests {
  /// Functions of equal shares, whose differences are these many standard errors.
  private func inflation(scores: [Double]) -> Double {
    RunToRun(
      scores.map { score in
        var function = UnitDesign.Measured()
        function.before = 0.05
        function.after = 0.05 + score * 0.001
        function.variance = 0.001 * 0.001
        return function
      }
    ).inflation
  }

  private func normalScores(_ count: Int, times factor: Double = 1) -> [Double] {
    var random = SeededNumbers(seed: 7)
    return (0..<count).map { _ in factor * random.normal() }
  }

  @Test func chanceIsNoDifferenceOfRuns() {
    #expect(inflation(scores: normalScores(40)) == 1)
  }

  @Test func whatMostFunctionsDoWidens() {
    let widened = inflation(scores: normalScores(40, times: 3))
    #expect(widened > 5 && widened < 15, "\(widened)")
  }

  @Test func aFewThatChangedDoNotWiden() {
    #expect(inflation(scores: normalScores(36) + [20, 15, -12, 30]) == 1)
  }

  @Test func tooFewFunctionsTellNothing() {
    #expect(inflation(scores: [5, -5, 5, -5, 5]) == 1)
  }
}
