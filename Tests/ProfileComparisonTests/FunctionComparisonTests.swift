import Foundation
import ProfileModel
import Testing

@testable import ProfileComparison

@Suite struct FunctionComparisonTests {
  /// Sixty functions with shares from 20 % down.
  private func program(_ random: inout SeededNumbers) -> [String] {
    ["main", "f\(Int(pow(Double.random(in: 0..<1, using: &random), 2) * 60))"]
  }

  @Test func amountsOfAllFunctionsAndBlocksAreLimited() {
    let inputs = (0..<2 as Range<UInt64>).map { seed in
      ComparisonInput.profile(Profile.simulated(seed: seed) { program(&$1) }.preferred)
    }
    // Both have the same functions, and 32 blocks each.
    let budget = ReadingBudget().limiting(.amounts, to: 61 * 64)
    #expect(throws: Never.self) { try ComparisonInput.check(inputs, budget) }
    let less = ReadingBudget().limiting(.amounts, to: 20 * 64)
    #expect(throws: ReadingBudget.Exceeded(resource: .amounts, limit: 20 * 64)) {
      try ComparisonInput.check(inputs, less)
    }
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
    let after = Profile.simulated(seed: 2) { _, random in ["main", random.pick(["parse": 30, "emit": 70])] }
    let comparison = FunctionComparison(before: before.preferred, after: after.preferred)
    let parse = try #require(comparison.rows.first { $0.name == "parse" })
    #expect(abs(parse.own.difference - 0.1) < 0.03)
    #expect(parse.own.low < 0.1 && 0.1 < parse.own.high)
    #expect(parse.own.isSignificant)
    #expect(comparison.rows.first { $0.name == "idle" }?.isVanished == true)
    #expect(comparison.rows.first { $0.name == "main" }?.own.verdict == .unchanged)
    #expect(comparison.rows.first { $0.name == "main" }?.total.verdict == .unchanged)
    // What one recording of each side can't know is all there is to say.
    #expect(
      comparison.warnings == [
        "A change may also be one of these recordings, and not of the program: 4 runs of each side tell (perfprof ab)."
      ])
  }

  @Test func aDifferentRateOrLengthIsNoChange() {
    let before = Profile.simulated(frequency: 4000, seconds: 2, seed: 1) { program(&$1) }
    let after = Profile.simulated(frequency: 250, seconds: 20, seed: 2) { program(&$1) }
    let comparison = FunctionComparison(before: before.preferred, after: after.preferred)
    #expect(comparison.changed.isEmpty)
    #expect(comparison.rows.allSatisfy { abs($0.total.difference) < 0.03 })
  }

  /// Phases that each run goes through alike must not hide a change within one of them.
  @Test func phasesDoNotHideChanges() throws {
    func compile(_ seed: UInt64, emit: Double) -> Profile {
      .simulated(seed: seed) { time, random in
        time < 2
          ? ["main", random.pick(["parse": 80, "lex": 20])]
          : ["main", random.pick(["emit": emit, "link": 50])]
      }
    }
    let comparison = FunctionComparison(before: compile(1, emit: 50).preferred, after: compile(2, emit: 90).preferred)
    #expect(comparison.units.arePaired)
    #expect(comparison.rows.filter { $0.own.verdict == .slower }.map(\.name) == ["emit"])
    #expect(comparison.rows.filter(\.own.isSignificant).map(\.name).sorted() == ["emit", "link"])
  }

  /// A server that works in bursts of 0.3 s: 13 bursts are little evidence, whatever the number of samples.
  @Test func burstsAreNotManyIndependentSamples() {
    func bursts(_ seed: UInt64) -> Profile {
      var choice = SeededNumbers(seed: seed &* 77)
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

  @Test func oneFunctionThatTakesMoreAccusesNoneOfTheOthers() throws {
    let before = Profile.simulated(seconds: 20, seed: 1) { _, random in
      ["main", random.pick(["a": 40, "b": 30, "c": 30])]
    }
    let slow = Profile.simulated(seconds: 20, seed: 2) { _, random in
      ["main", random.pick(["a": 80, "b": 30, "c": 30])]
    }
    let comparison = FunctionComparison(before: before.preferred, after: slow.preferred)
    #expect(comparison.changed.map(\.name) == ["a"])
    #expect(comparison.rows.filter(\.own.isDiluted).map(\.name).sorted() == ["b", "c"])
    // The other way round a is faster, and b and c are not slower.
    let back = FunctionComparison(before: slow.preferred, after: before.preferred)
    #expect(back.changed.map(\.name) == ["a"])
    #expect(back.rows.first { $0.name == "a" }?.own.verdict == .faster)
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

  @Test func truncatedAndElidedFramesAreNeverAccused() {
    let before = Profile.simulated(seed: 1) { _, _ in ["main", "f"] }
    let after = Profile.simulated(seed: 2) { _, random in
      [random.pick(["main": 1, "[truncated: depth limit]": 1]), "f"]
    }
    let comparison = FunctionComparison(before: before.preferred, after: after.preferred)
    #expect(!comparison.rows.contains { $0.name.hasPrefix("[truncated") })
  }

  @Test func aFunctionIsTheSameInAProgramOfAnotherName() {
    func profile(_ path: String, _ seed: UInt64) -> Profile {
      var profile = Profile.simulated(seed: seed) { _, random in ["main", random.pick(["a": 50, "b": 50])] }
      profile.modules = [Module(path: path)]
      for index in profile.functions.indices { profile.functions[index].module = ModuleID(index: 0) }
      return profile
    }
    let comparison = FunctionComparison(
      before: profile("/old/app-1", 1).preferred, after: profile("/new/app-2", 2).preferred)
    #expect(comparison.rows.count == 3)
    #expect(comparison.changed.isEmpty)
    #expect(comparison.modules.map(\.name) == ["app-2"])
    #expect(comparison.modules.first?.change.verdict == .unchanged)
  }

  /// `_start` is in the program and in its loader.
  @Test func aRenamedProgramKeepsNamesThatOtherModulesHaveToo() {
    func profile(_ path: String, _ seed: UInt64) -> Profile {
      var profile = Profile.simulated(seed: seed) { _, random in
        random.pick(["program": 9, "loader": 1]) == "program" ? ["_start", "main"] : ["_start ", "load"]
      }
      profile.modules = [Module(path: path), Module(path: "/lib/ld.so")]
      for index in profile.functions.indices {
        let isProgram = ["_start", "main"].contains(profile.functions[index].name)
        profile.functions[index].module = ModuleID(index: isProgram ? 0 : 1)
        if profile.functions[index].name == "_start " { profile.functions[index].name = "_start" }
      }
      return profile
    }
    let comparison = FunctionComparison(
      before: profile("/old/app-1", 1).preferred, after: profile("/new/app-2", 2).preferred)
    #expect(comparison.rows.map(\.name).sorted() == ["_start", "_start", "load", "main"])
    #expect(comparison.changed.isEmpty)
    #expect(!comparison.rows.contains { $0.isNew || $0.isVanished })
  }

  @Test func emptyProfilesCompare() throws {
    let comparison = FunctionComparison(before: Profile().preferred, after: Profile().preferred)
    #expect(comparison.rows.isEmpty)
    #expect(comparison.text(names: ("a", "b")).hasPrefix("One side has no samples: nothing can be told."))
    _ = try JSONSerialization.jsonObject(with: Data(comparison.json()))
    let after = Profile.simulated(seed: 1) { _, _ in ["main"] }
    let grown = FunctionComparison(before: Profile().preferred, after: after.preferred)
    #expect(grown.changed.isEmpty)
  }

  @Test func writesTextJSONAndMarkdown() throws {
    func profile(every interval: Int, _ seed: UInt64) -> Profile {
      .simulated(seed: seed) { time, random in
        [
          "main",
          Int((time * 1000).rounded()).isMultiple(of: interval) ? "a|<b>\u{1B}" : random.pick(["x": 1, "y": 1]),
        ]
      }
    }
    let (before, after) = (profile(every: 4, 1), profile(every: 2, 2))
    let comparison = FunctionComparison(before: before.preferred, after: after.preferred)
    let text = comparison.text(names: ("x.perfprof", "y.perfprof"))
    #expect(text.hasPrefix("`a|<b>\\u{1B}` takes more: 25.0 % → 50.0 % of everything, +25.00 points ± "), "\(text)")
    #expect(text.contains("slower   25.0 %  50.0 %  +25.00 points"), "\(text)")
    let json = try #require(try JSONSerialization.jsonObject(with: Data(comparison.json())) as? [String: Any])
    let functions = try #require(json["functions"] as? [[String: Any]])
    #expect(functions.count == 4)
    let own = try #require(functions[0]["self"] as? [String: Any])
    #expect(own["change"] as? Double == 0.25)
    #expect(own["verdict"] as? String == "slower")
    let markdown = comparison.markdown(names: ("x", "y"), page: "a b.html")
    let row = "| **slower** | <code>a&#124;&lt;b&gt;&#92;u{1B}</code> | self | 25.0 % | 50.0 % |"
    #expect(markdown.contains(row), "\(markdown)")
    #expect(markdown.contains("(a%20b.html)"))
  }

  @Test func sameInputGivesTheSameBytes() {
    func json() -> [UInt8] {
      let before = Profile.simulated(seed: 5) { program(&$1) }
      let after = Profile.simulated(seed: 6) { program(&$1) }
      return FunctionComparison(before: before.preferred, after: after.preferred).json()
    }
    #expect(json() == json())
  }
}
