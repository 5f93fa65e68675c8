import Testing

@testable import ProfileComparison

/// Values by scipy 1.11 (`stats.t.ppf(0.975, df)`, `special.digamma`, `special.polygamma(1, x)`).
@Suite struct SignificanceTests {
  @Test(arguments: [(3.0, 3.18245), (5, 2.57058), (10, 2.22814), (30, 2.04227), (200, 1.97190)])
  func quantilesOfStudent(degrees: Double, expected: Double) {
    #expect(abs(Significance.quantile95(degrees: degrees) - expected) < 0.02 * expected)
    #expect(degrees < 5 || abs(Significance.quantile95(degrees: degrees) - expected) < 0.003)
  }

  @Test(arguments: [(0.5, -1.96351), (1, -0.57722), (5, 1.50612), (20, 2.97052)])
  func digamma(argument: Double, expected: Double) {
    #expect(abs(Significance.digamma(argument) - expected) < 1e-5)
  }

  @Test(arguments: [(0.5, 4.934802), (1, 1.644934), (5, 0.221323), (20, 0.0512708)])
  func trigamma(argument: Double, expected: Double) {
    #expect(abs(Significance.trigamma(argument) - expected) < 1e-5)
    #expect(abs(Significance.inverseTrigamma(expected) - argument) < 1e-3 * argument)
  }

  @Test func scoresOfStudent() {
    // P(|t| > 2.5) for 8 degrees is 0.03694, the normal score of which is 2.0865.
    #expect(abs(Significance.normalSquare(tSquare: 6.25, degrees: 8).squareRoot() - 2.0865) < 0.01)
  }
}
