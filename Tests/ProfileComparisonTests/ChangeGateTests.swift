import ProfileModel
import Testing

@testable import ProfileComparison

@Suite struct ChangeGateTests {
  @Test(
    arguments: [
      ("self>1", ChangeGate(measure: .self, points: 1)),
      (" total > 0.5 ", ChangeGate(measure: .total, points: 0.5)),
      ("total(parse(_:))>2.5", ChangeGate(measure: .total, function: "parse(_:)", points: 2.5)),
      ("self(operator>)>1", ChangeGate(measure: .self, function: "operator>", points: 1)),
      ("", nil), ("self", nil), ("self>", nil), ("self>x", nil), ("self>-1", nil), ("selfish>1", nil),
      ("self()>1", nil),
      ("self>inf", nil), (">1", nil),
    ] as [(String, ChangeGate?)])
  func readsItsText(text: String, expected: ChangeGate?) {
    #expect(ChangeGate(text) == expected)
  }

  @Test func failsOnGrowthBeyondNoiseOnly() throws {
    let before = Profile.simulated(seed: 1) { _, random in ["main", random.pick(["a": 20, "b": 70, "c": 10])] }
    let after = Profile.simulated(seed: 2) { _, random in ["main", random.pick(["a": 30, "b": 60, "c": 10])] }
    let comparison = FunctionComparison(before: before.preferred, after: after.preferred)
    func names(_ gate: String) throws -> [String]? {
      guard case .failed(let rows) = try #require(ChangeGate(gate)).outcome(for: comparison) else { return nil }
      return rows.map(\.name)
    }
    #expect(try names("self>5") == ["a"])
    #expect(try names("self>15") == nil)
    #expect(try names("self(b)>1") == nil)
    #expect(try names("self(c)>0") == nil)
    #expect(try names("total(a)>5") == ["a"])
    #expect(ChangeGate("self(zzz)>1")?.outcome(for: comparison) == .noSuchFunction("zzz"))
  }
}
