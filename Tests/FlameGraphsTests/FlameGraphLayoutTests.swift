import ProfileModel
import Testing

@testable import FlameGraphs

@Suite struct FlameGraphLayoutTests {
  @Test func childrenStandSideBySideAboveTheirCaller() {
    let layout = layout(["p;main;a 30", "p;main;b 50", "p;main 20"])
    #expect(layout.frames.map(\.depth) == [0, 1, 2, 3, 3])
    #expect(layout.frames.map(\.start) == [0, 0, 0, 0, 0.3])
    #expect(layout.frames.map(\.width) == [1, 1, 1, 0.3, 0.5])
    #expect(layout.rows == 4)
    #expect(layout.leftOut == 0)
  }

  @Test func leavesOutWhatNobodySeesWithAllAboveItAndCounts() {
    // 16,001 samples over 1,600 px: one sample is just below 0.1 px.
    let tree = CallTree(Profiles.folded(["p;main 15999", "p;thin;x;y 1", "p;thin2 1"]).preferred)
    let layout = FlameGraphLayout(tree)
    #expect(layout.frames.count == 3)
    #expect(layout.leftOut == 4)
    // 16,000: just 0.1 px.
    #expect(FlameGraphLayout(CallTree(Profiles.folded(["p;main 15999", "p;thin;x;y 1"]).preferred)).leftOut == 0)
  }

  @Test func gapsOfFramesLeftOutMoveToTheRight() {
    let layout = layout(["p;a;thin 1", "p;a;wide 99999"])
    #expect(layout.frames.last?.start == 0)
    #expect(layout.leftOut == 1)
  }

  @Test func anEmptyTreeIsOneFrame() {
    let layout = FlameGraphLayout(CallTree(Profile().preferred))
    #expect(layout.frames.count == 1)
    #expect(layout.rows == 1)
  }

  @Test func comparisonsTakeTheMeanOfShares() {
    let before = Profiles.folded(["p;gone 50", "p;same 50"])
    let after = Profiles.folded(["p;new 800", "p;same 200"])
    let tree = CallTree(before: before.preferred, after: after.preferred)
    let layout = FlameGraphLayout(tree)
    let widths = layout.frames.dropFirst(2).map { (tree.label(of: Int($0.node)).name, $0.width) }
    #expect(widths.map(\.0) == ["gone", "new", "same"])
    #expect(widths.map(\.1) == [0.25, 0.4, 0.35])
  }

  @Test func comparisonsWithNothingShowTheOther() {
    let profile = Profiles.folded(["p;a 1", "p;b 1"])
    for tree in [
      CallTree(before: Profile().preferred, after: profile.preferred),
      CallTree(before: profile.preferred, after: Profile().preferred),
    ] {
      #expect(FlameGraphLayout(tree).frames.map(\.width) == [1, 1, 0.5, 0.5])
    }
  }

  @Test func changesThatMayBeChanceAreTold() {
    let tree = CallTree(
      before: Profiles.folded(["p;a 50", "p;b 50"]).preferred, after: Profiles.folded(["p;a 55", "p;b 45"]).preferred)
    let shares = Shares(tree)
    #expect(shares.chance(2) > abs(shares.change(2)))
    #expect(Palette.step(change: 0.05, scale: 0.05, chance: shares.chance(2)) == 0)
    #expect(Palette.step(change: 0.05, scale: 0.05, chance: 0.01) == 6)
    #expect(Palette.step(change: -0.01, scale: 0.05, chance: 0) == -2)
    #expect(Palette.step(change: 0.0001, scale: 0.05, chance: 0) == 0)
  }

  private func layout(_ lines: [String]) -> FlameGraphLayout {
    FlameGraphLayout(CallTree(Profiles.folded(lines).preferred))
  }

  @Test(
    arguments: [
      ("std::vector<int>::push_back", 80.0, "push_back"), ("app::net::Server::run", 120, "net::Server::run"),
      ("std::vector<int>::push_back", 400, "std::vector<int>::push_back"), ("a::very_long_name_indeed", 60, "very_lo…"),
    ])
  func narrowLabelsLoseNamespaces(name: String, width: Double, expected: String) {
    #expect(TextWidth.fittedName(name, into: width) == expected)
  }
}
