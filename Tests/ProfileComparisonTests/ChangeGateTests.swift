import ProfileModel
import Testing

@testable import ProfileComparison

@Suite struct ChangeGateTests {
  @Test(
    arguments: [
      ("self>1", ChangeGate(.function(.self, name: nil), nil, allowed: 0.01)),
      (" total > 0.5 ", ChangeGate(.function(.total, name: nil), nil, allowed: 0.005)),
      ("total(parse(_:))>2.5", ChangeGate(.function(.total, name: "parse(_:)"), nil, allowed: 0.025)),
      ("self(operator>)>1", ChangeGate(.function(.self, name: "operator>"), nil, allowed: 0.01)),
      ("total:slower>5%", ChangeGate(.whole, .slower, allowed: 0.05)),
      ("total:faster > 5 %", ChangeGate(.whole, .faster, allowed: 0.05)),
      ("self(parse):slower>2%", ChangeGate(.function(.self, name: "parse"), .slower, allowed: 0.02)),
      ("self:slower>1%", ChangeGate(.function(.self, name: nil), .slower, allowed: 0.01)),
      ("module(libcrypto):slower>3%", ChangeGate(.module(name: "libcrypto"), .slower, allowed: 0.03)),
      ("", nil), ("self", nil), ("self>", nil), ("self>x", nil), ("self>-1", nil), ("selfish>1", nil),
      ("self()>1", nil), ("self>inf", nil), (">1", nil), ("self:worse>1", nil), ("all:slower>1%", nil),
    ] as [(String, ChangeGate?)])
  func readsItsText(text: String, expected: ChangeGate?) {
    #expect(ChangeGate(text) == expected)
  }

  private func outcome(_ gate: String, _ comparison: FunctionComparison) throws -> ChangeGate.Outcome {
    try #require(ChangeGate(gate)).outcome(for: comparison)
  }

  private func failures(_ gate: String, _ comparison: FunctionComparison) throws -> [String]? {
    guard case .failed(let findings) = try outcome(gate, comparison) else { return nil }
    return findings.map(\.name)
  }

  @Test func failsOnGrowthBeyondChanceOnly() throws {
    let before = Profile.simulated(seed: 1) { _, random in ["main", random.pick(["a": 20, "b": 70, "c": 10])] }
    let after = Profile.simulated(seed: 2) { _, random in ["main", random.pick(["a": 30, "b": 60, "c": 10])] }
    let comparison = FunctionComparison(before: before.preferred, after: after.preferred)
    #expect(try failures("self>5", comparison) == ["a"])
    #expect(try failures("self>15", comparison) == nil)
    #expect(try failures("self(b)>1", comparison) == nil)
    #expect(try failures("self(c)>0", comparison) == nil)
    #expect(try failures("total(a)>5", comparison) == ["a"])
    #expect(try failures("self:slower>5%", comparison) == ["a"])
    #expect(try failures("self(a):slower>15%", comparison) == nil)
    #expect(try failures("self(a):faster>0%", comparison) == nil)
    #expect(try outcome("self(zzz)>1", comparison) == .noSuchThing("the function zzz"))
    #expect(try outcome("module(libz):slower>1%", comparison) == .noSuchThing("the module libz"))
    #expect(try outcome("total:slower>1%", comparison) == .needsWork)
  }

  @Test func tellsWhatCannotBeRuledOut() throws {
    func profile(_ seed: UInt64) -> Profile {
      .simulated(seconds: 1, seed: seed) { _, random in ["main", random.pick(["a": 50, "b": 50])] }
    }
    let comparison = FunctionComparison(before: profile(1).preferred, after: profile(2).preferred)
    guard case .open = try outcome("self(a):slower>2%", comparison) else {
      Issue.record("a change of 2 % is within what 1,000 samples leave open")
      return
    }
    #expect(try outcome("self(a):slower>30%", comparison) == .passed)
  }

  @Test func holdsEverythingAgainstWork() throws {
    func runs(_ samples: Double, _ seed: UInt64) -> [ComparisonInput] {
      (0..<6).map { run in
        .profile(
          Profile.simulated(seconds: samples / 1000 * (1 + Double(run) * 0.002), seed: seed + UInt64(run)) { _, _ in
            ["main"]
          }
          .preferred)
      }
    }
    var options = FunctionComparison.Options()
    options.basis = .work(before: 6, after: 6)
    let comparison = FunctionComparison(before: runs(1000, 1), after: runs(1100, 100), options)
    #expect(try failures("total:slower>5%", comparison) == ["everything"])
    #expect(try failures("total:slower>15%", comparison) == nil)
    #expect(try failures("total:faster>0%", comparison) == nil)
  }
}
