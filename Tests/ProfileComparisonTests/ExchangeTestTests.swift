import Foundation
import ProfileModel
import Testing

@testable import ProfileComparison

/// What the statistics promise, held against programs that are simulated with fixed seeds. The bounds leave room for the
/// chance of so many trials: of 40 at 5 %, 7 or more come once in 300 times.
@Suite struct ExchangeTestTests {
  private static let trials = 40

  /// How many of 40 pairs of recordings of the same program, 10 s at 499 Hz, have any verdict.
  private func falseVerdicts(_ program: (UInt64) -> ((Double, inout SeededNumbers) -> [String])) -> Int {
    (0..<Self.trials).count { trial in
      let seeds = (UInt64(trial) * 2 + 1, UInt64(trial) * 2 + 2)
      let sides = (
        Profile.simulated(frequency: 499, seconds: 10, seed: seeds.0, stack: program(seeds.0)),
        Profile.simulated(frequency: 499, seconds: 10, seed: seeds.1, stack: program(seeds.1))
      )
      return !FunctionComparison(before: sides.0.preferred, after: sides.1.preferred).changed.isEmpty
    }
  }

  private static let shares: KeyValuePairs<String, Double> = [
    "a": 20, "b": 15, "c": 12, "d": 10, "e": 9, "f": 8, "g": 8, "h": 7, "i": 6, "j": 5,
  ]

  @Test func independentSamplesHaveFewFalseVerdicts() {
    let count = falseVerdicts { _ in { _, random in ["main", random.pick(Self.shares)] } }
    #expect(count <= 6)
  }

  @Test func autocorrelatedSamplesHaveFewFalseVerdicts() {
    let count = falseVerdicts { seed in
      var choice = SeededNumbers(seed: seed &* 31)
      var end = 0.0
      var name = ""
      return { time, _ in
        while time >= end {
          name = choice.pick(Self.shares)
          end += -log(1 - Double.random(in: 0..<1, using: &choice)) * 0.05
        }
        return ["main", name]
      }
    }
    #expect(count <= 6)
  }

  @Test func rareBurstsHaveFewFalseVerdicts() {
    let count = falseVerdicts { seed in
      var choice = SeededNumbers(seed: seed &* 37)
      var (next, until) = (0.0, -1.0)
      return { time, random in
        if time >= next {
          until = time + 0.1 + 0.1 * Double.random(in: 0..<1, using: &choice)
          next = until - log(1 - Double.random(in: 0..<1, using: &choice)) * 2
        }
        return ["main", time < until ? "collect" : random.pick(Self.shares)]
      }
    }
    #expect(count <= 6)
  }

  /// Bursts as long as a tenth of the recording, of which few fit into it.
  @Test(arguments: [(4.0, 0.5), (8, 1)])
  func slowBurstsHaveFewFalseVerdicts(every: Double, length: Double) {
    let count = falseVerdicts { seed in
      var choice = SeededNumbers(seed: seed &* 37)
      var (next, until) = (choice.exponential(every), -1.0)
      return { time, random in
        while time >= next {
          until = next + length * (0.7 + 0.6 * Double.random(in: 0..<1, using: &choice))
          next = until + choice.exponential(every)
        }
        return ["main", time < until ? "collect" : random.pick(Self.shares)]
      }
    }
    #expect(count <= 6)
  }

  /// Stays with one function for times of which few are long and most short.
  @Test func skewedTimesHaveFewFalseVerdicts() {
    let count = falseVerdicts { seed in
      var choice = SeededNumbers(seed: seed &* 31)
      var (end, name) = (0.0, "")
      return { time, _ in
        while time >= end {
          name = choice.pick(Self.shares)
          end += min(5, 0.2 / 3 * pow(1 - Double.random(in: 0..<1, using: &choice), -1 / 1.5))
        }
        return ["main", name]
      }
    }
    #expect(count <= 6)
  }

  /// Each function's weight wanders by some 30 % within a second or three.
  @Test(arguments: [1.0, 3.0]) func wanderingSharesHaveFewFalseVerdicts(seconds: Double) {
    let count = falseVerdicts { seed in
      var choice = SeededNumbers(seed: seed &* 41)
      var states = Self.shares.map { _ in choice.normal() }
      var next = 0.0
      let memory = exp(-0.02 / seconds)
      return { time, random in
        while time >= next {
          for index in states.indices {
            states[index] = memory * states[index] + (1 - memory * memory).squareRoot() * choice.normal()
          }
          next += 0.02
        }
        return ["main", random.pick(zip(Self.shares, states).map { ($0.key, $0.value * exp(0.3 * $1)) })]
      }
    }
    #expect(count <= 6)
  }

  /// Each function's share differs by some 10 % from run to run, which neither recording shows by itself. Only that most
  /// functions differ tells it.
  @Test func runsThatDifferInMostFunctionsAreNotTakenForAChange() {
    let names = (1...40).map { "f\($0)" }
    let count = falseVerdicts { seed in
      var choice = SeededNumbers(seed: seed &* 43)
      let weights = names.map { ($0, exp(0.1 * choice.normal())) }
      return { _, random in ["main", random.pick(weights)] }
    }
    #expect(count <= 6)
  }

  @Test func phasesHaveFewFalseVerdicts() {
    let count = falseVerdicts { _ in
      { time, random in
        ["main", time < 3 ? random.pick(["a": 3, "b": 2, "c": 1]) : random.pick(["d": 2, "e": 2, "f": 1, "g": 1])]
      }
    }
    #expect(count <= 6)
  }

  /// A function of 20 % beside ten others made 10 % slower, 20,000 samples on each side.
  @Test func findsTenPercentOfAFunctionOfTwenty() throws {
    var (found, covered, innocent) = (0, 0, 0)
    let truth = 0.22 / 1.02 - 0.2
    for trial in 0..<60 as Range<UInt64> {
      let others = (1...10).map { ("g\($0)", 8.0) }
      let before = Profile.simulated(frequency: 500, seconds: 40, seed: trial * 2 + 1) { _, random in
        ["main", random.pick([("f", 20)] + others)]
      }
      let after = Profile.simulated(frequency: 500, seconds: 40, seed: trial * 2 + 2) { _, random in
        ["main", random.pick([("f", 22)] + others)]
      }
      let comparison = FunctionComparison(before: before.preferred, after: after.preferred)
      let row = try #require(comparison.rows.first { $0.name == "f" })
      if row.own.verdict == .slower { found += 1 }
      if row.own.low <= truth, truth <= row.own.high { covered += 1 }
      innocent += comparison.rows.filter { $0.name != "f" && $0.own.verdict == .slower }.count
    }
    #expect(found >= 54)
    #expect(covered >= 54)
    #expect(innocent <= 1)
  }

  /// The same by whole runs for a unit of work: six of 3 s on each side, in each of which the machine is a little faster
  /// or slower.
  @Test func findsItByWholeRuns() throws {
    var (found, falseOnes) = (0, 0)
    func runs(_ weight: Double, _ seed: UInt64) -> [ComparisonInput] {
      (0..<6).map { run in
        var machine = SeededNumbers(seed: seed &* 101 + UInt64(run))
        let noise = 1 + 0.01 * (Double.random(in: 0..<2, using: &machine) - 1)
        let seconds = 3 * (0.8 + weight / 100) * noise
        return .profile(
          Profile.simulated(frequency: 499, seconds: seconds, seed: seed &* 7 + UInt64(run)) { _, random in
            ["main", random.pick(["f": weight, "g": 30, "h": 30, "i": 20])]
          }.preferred)
      }
    }
    for trial in 0..<30 as Range<UInt64> {
      var options = FunctionComparison.Options()
      options.basis = .work(before: 6, after: 6)
      let (first, second) = (runs(20, trial * 2 + 1), runs(20, trial * 2 + 500))
      if !FunctionComparison(before: first, after: second, options).changed.isEmpty { falseOnes += 1 }
      let comparison = FunctionComparison(before: first, after: runs(24, trial * 2 + 900), options)
      if comparison.rows.first(where: { $0.name == "f" })?.own.verdict == .slower { found += 1 }
    }
    #expect(falseOnes <= 5)
    #expect(found >= 28)
  }

  @Test func fewerThanFourRunsCannotTellByRuns() {
    let sizes = [Double](repeating: 100, count: 6)
    let design = UnitDesign(sizes: sizes, beforeCount: 3, follows: [Bool](repeating: false, count: 6))
    #expect(design.degrees == 4)
    let four = UnitDesign(
      sizes: [Double](repeating: 100, count: 8), beforeCount: 4, follows: [Bool](repeating: false, count: 8))
    let row = ExchangeTest.Row(
      amounts: [10, 11, 10, 11, 20, 21, 20, 21], weight: 1, independent: (0.1, 0.1, 0.1), isDense: true)
    let result = ExchangeTest.results([row], four, seed: 1)
    // All ways to choose four of eight: the one that is there and its reverse.
    #expect(result.first?.probability == 2.0 / 70)
  }
}
