import ProfileModel
import Testing

@testable import ProfileComparison

/// Cost that went from one function to another is no regression.
@Suite struct CostShiftTests {
  private func compare(
    _ before: @escaping (inout SeededNumbers) -> [String], _ after: @escaping (inout SeededNumbers) -> [String]
  ) -> FunctionComparison {
    let earlier = Profile.simulated(seconds: 10, seed: 1) { before(&$1) }
    let later = Profile.simulated(seconds: 10, seed: 2) { after(&$1) }
    return FunctionComparison(before: earlier.preferred, after: later.preferred)
  }

  private func verdicts(_ comparison: FunctionComparison, _ name: String) -> (Verdict?, Verdict?) {
    let row = comparison.rows.first { $0.name == name }
    return (row?.own.verdict, row?.total.verdict)
  }

  @Test func anInlinedFunctionMovedToItsCaller() {
    let comparison = compare(
      { random in
        switch random.pick(["f": 10, "g": 20, "rest": 70]) {
        case "f": ["main", "f"]
        case "g": ["main", "f", "g"]
        default: ["main", "rest"]
        }
      },
      { random in random.pick(["f": 30, "rest": 70]) == "f" ? ["main", "f"] : ["main", "rest"] })
    #expect(comparison.changed.isEmpty)
    #expect(verdicts(comparison, "f").0 == .moved)
    #expect(verdicts(comparison, "g") == (.moved, .moved))
    #expect(comparison.rows.first { $0.name == "f" }?.movedWith == ["g"])
  }

  @Test func aRenamedFunctionIsTheSame() {
    let comparison = compare(
      { random in ["main", random.pick(["old": 25, "rest": 75])] },
      { random in ["main", random.pick(["new": 25, "rest": 75])] })
    #expect(comparison.changed.isEmpty)
    #expect(verdicts(comparison, "old").0 == .moved)
    #expect(verdicts(comparison, "new").0 == .moved)
  }

  @Test func aFunctionSplitInTwoCostsTheSame() {
    let comparison = compare(
      { random in ["main", random.pick(["whole": 30, "rest": 70])] },
      { random in
        switch random.pick(["a": 16, "b": 14, "rest": 70]) {
        case "a": ["main", "whole", "first"]
        case "b": ["main", "whole", "second"]
        default: ["main", "rest"]
        }
      })
    #expect(comparison.changed.isEmpty)
    #expect(verdicts(comparison, "first").0 == .moved)
  }

  @Test func aSlowerFunctionIsNotExcusedByItsCaller() {
    // lex, called by parse, takes half as much again; parse does what it did.
    let comparison = compare(
      { random in
        switch random.pick(["lex": 20, "parse": 40, "rest": 40]) {
        case "lex": ["main", "parse", "lex"]
        case "parse": ["main", "parse"]
        default: ["main", "rest"]
        }
      },
      { random in
        switch random.pick(["lex": 30, "parse": 40, "rest": 40]) {
        case "lex": ["main", "parse", "lex"]
        case "parse": ["main", "parse"]
        default: ["main", "rest"]
        }
      })
    #expect(verdicts(comparison, "lex").0 == .slower)
    #expect(verdicts(comparison, "parse").0 != .slower)
  }

  @Test(arguments: [
    ("parse.part.0", "parse"), ("parse [clone .cold]", "parse"), ("closure #1 in App.run()", "App.run()"),
    ("specialized merge(_:)", "merge(_:)"), ("partial apply for closure #2 in f", "f"), (".hidden", ".hidden"),
  ])
  func knowsTwinsByName(name: String, plain: String) {
    #expect(CallRelations.plainName(name) == plain[...])
  }
}
