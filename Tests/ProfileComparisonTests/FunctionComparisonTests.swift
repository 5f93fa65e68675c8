import Foundation
import ProfileModel
import Testing

@testable import ProfileComparison

@Suite struct FunctionComparisonTests {
  /// Sixty functions with shares from 20 % down, `changed` of them `factor` times as heavy.
  private func program(_ random: inout SeededGenerator, factor: Double = 1) -> [String] {
    let index = Int(pow(Double.random(in: 0..<1, using: &random), 2) * 60)
    if factor > 1, index == 4, Double.random(in: 0..<1, using: &random) > 1 / factor { return ["main", "f3"] }
    return ["main", "f\(index)"]
  }

  @Test func findsNothingWhereNothingChanged() {
    var found = 0
    for seed in 0..<20 as Range<UInt64> {
      let before = Profile.simulated(seed: seed * 2) { program(&$1) }
      let after = Profile.simulated(seed: seed * 2 + 1) { program(&$1) }
      found += FunctionComparison(before: before.preferred, after: after.preferred).changed.count
    }
    // 1,200 functions were looked at; a plain test at 5 % would name 60 of them.
    #expect(found <= 3)
  }

  @Test func findsWhatChanged() throws {
    let before = Profile.simulated(seed: 1) { _, random in
      ["main", random.pick(["parse": 20, "emit": 70, "idle": 10])]
    }
    let after = Profile.simulated(seed: 2) { _, random in ["main", random.pick(["parse": 26, "emit": 64, "new": 10])] }
    let comparison = FunctionComparison(before: before.preferred, after: after.preferred)
    #expect(Set(comparison.changed.map(\.name)) == ["parse", "emit", "idle", "new"])
    let parse = try #require(comparison.rows.first { $0.name == "parse" })
    #expect(abs(parse.own.difference - 0.06) < 0.02)
    #expect(abs(parse.own.difference - 0.06) < parse.own.margin * 2)
    #expect(parse.own.verdict == .grew)
    #expect(comparison.rows.first { $0.name == "idle" }?.isVanished == true)
    #expect(comparison.rows.first { $0.name == "new" }?.isNew == true)
    #expect(comparison.rows.first { $0.name == "main" }?.own.verdict == .noise)
    #expect(abs(comparison.movedShare - 0.16) < 0.03)
    #expect(comparison.warnings.isEmpty)
  }

  @Test func aDifferentRateOrLengthIsNoChange() {
    let before = Profile.simulated(frequency: 4000, seconds: 2, seed: 1) { program(&$1) }
    let after = Profile.simulated(frequency: 250, seconds: 20, seed: 2) { program(&$1) }
    let comparison = FunctionComparison(before: before.preferred, after: after.preferred)
    #expect(comparison.changed.isEmpty)
    #expect(comparison.rows.allSatisfy { abs($0.total.difference) < 0.03 })
  }

  /// A server that works in bursts of 0.3 s: 13 bursts are little evidence, whatever the number of samples.
  @Test func burstsAreNotManyIndependentSamples() {
    func bursts(_ seed: UInt64) -> Profile {
      var choice = SeededGenerator(seed: seed &* 77)
      var end = 0.0
      var name = ""
      return .simulated(seed: seed) { time, random in
        if time >= end {
          name = choice.pick(["a": 50, "b": 50])
          end = time + 0.3
        }
        return ["main", name]
      }
    }
    var found = (times: 0, noTimes: 0)
    for seed in 1...30 as ClosedRange<UInt64> {
      var (before, after) = (bursts(seed), bursts(seed + 1000))
      if !FunctionComparison(before: before.preferred, after: after.preferred).changed.isEmpty { found.times += 1 }
      for index in before.samples.indices { before.samples[index].time = 0 }
      for index in after.samples.indices { after.samples[index].time = 0 }
      if !FunctionComparison(before: before.preferred, after: after.preferred).changed.isEmpty { found.noTimes += 1 }
    }
    #expect(found.noTimes >= 20)
    #expect(found.times <= 4)
  }

  /// Phases that each run goes through alike must not hide a change within one of them.
  @Test func phasesDoNotHideChanges() throws {
    func compile(_ seed: UInt64, emit: Double) -> Profile {
      .simulated(seed: seed) { time, random in
        time < 2
          ? ["main", random.pick(["parse": 80, "lex": 20])]
          : ["main", random.pick(["emit": emit, "link": 100 - emit])]
      }
    }
    let comparison = FunctionComparison(before: compile(1, emit: 50).preferred, after: compile(2, emit: 60).preferred)
    #expect(Set(comparison.changed.map(\.name)) == ["emit", "link"])
  }

  @Test func warnsOfWhatDoesNotCompare() {
    let before = Profile.simulated(seed: 1) { _, _ in ["main", "f"] }
    var after = Profile.simulated(seconds: 0.1, seed: 1, hasTimes: false) { _, random in
      [random.pick(["main": 1, "[truncated: depth limit]": 1]), "f"]
    }
    after.metadata.lost = 50
    let warnings = FunctionComparison(before: before.preferred, after: after.preferred).warnings.joined(separator: "\n")
    for part in [
      "fewer than 200 samples", "Without sample times", "Stacks are rooted to 100.0 %", "Samples were lost: 0.0 %",
    ] {
      #expect(warnings.contains(part), "\(part)")
    }
  }

  @Test func sortsByTheMeasureAskedFor() {
    let before = Profile.simulated(seed: 1) { _, _ in ["main", "a"] }
    let after = Profile.simulated(seed: 1) { _, random in random.pick(["x": 3, "y": 1]) == "x" ? ["main", "a"] : ["b"] }
    #expect(
      FunctionComparison(before: before.preferred, after: after.preferred).rows.map(\.name) == ["b", "a", "main"])
    let byTotal = FunctionComparison(before: before.preferred, after: after.preferred, .init(measure: .total))
    #expect(byTotal.rows.map(\.name) == ["b", "a", "main"])
    #expect(byTotal.rows.map { $0.total.verdict } == [.grew, .shrank, .shrank])
  }

  @Test func emptyProfilesCompare() throws {
    let comparison = FunctionComparison(before: Profile().preferred, after: Profile().preferred)
    #expect(comparison.rows.isEmpty)
    #expect(comparison.text(names: ("a", "b")).contains("No function's self share changed beyond noise."))
    _ = try JSONSerialization.jsonObject(with: Data(comparison.json()))
    let after = Profile.simulated(seed: 1) { _, _ in ["main"] }
    let grown = FunctionComparison(before: Profile().preferred, after: after.preferred)
    #expect(grown.rows.map(\.isNew) == [true])
  }

  @Test func writesTextAndJSON() throws {
    func profile(every interval: Int) -> Profile {
      .simulated(seed: 1) { time, _ in
        ["main", Int((time * 1000).rounded()).isMultiple(of: interval) ? "a\u{1B}" : "bb"]
      }
    }
    let (before, after) = (profile(every: 4), profile(every: 2))
    let comparison = FunctionComparison(before: before.preferred, after: after.preferred)
    let text = comparison.text(names: ("x.perfprof", "y.perfprof"), limit: 2)
    #expect(text.contains("2 functions of 3 changed beyond noise; 25.0 % of the samples moved."))
    #expect(text.contains("25.0 %  50.0 %   +25.0     2.0  grew            a\\u{1B}\n"))
    #expect(text.contains("… and 1 more"))
    let json = try #require(try JSONSerialization.jsonObject(with: Data(comparison.json())) as? [String: Any])
    let functions = try #require(json["functions"] as? [[String: Any]])
    #expect(functions.count == 3)
    #expect((functions[0]["self"] as? [String: Any])?["change"] as? Double == 0.25)
  }
}
