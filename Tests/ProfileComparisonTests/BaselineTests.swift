import ProfileModel
import Testing

@testable import ProfileComparison

@Suite struct BaselineTests {
  private func profile(_ seed: UInt64, functions: Int = 50) -> Profile {
    .simulated(seed: seed) { _, random in ["main", "f%\t\(Int.random(in: 0..<functions, using: &random))"] }
  }

  @Test func readsWhatItWrites() throws {
    let table = SideTable([.profile(profile(1).preferred)])
    let read = try #require(SideTable(baseline: table.baseline()))
    #expect(read.weights == table.weights)
    #expect(read.runs == table.runs)
    #expect(Set(read.functions) == Set(table.functions))
    let number = try #require(table.functions.firstIndex { $0.name == "f%\t7" })
    let other = try #require(read.functions.firstIndex { $0.name == "f%\t7" })
    #expect(read.own[other] == table.own[number])
  }

  @Test func keepsCountedCalls() throws {
    var first = profile(1)
    let end = UInt64(first.metadata.durationSeconds * 1e9)
    first.metadata.work = WorkCount(
      function: "handle", module: "server", points: [WorkCount.Point(time: end, count: 6400)])
    let table = SideTable([.profile(first.preferred)])
    #expect(table.calledFunction == "handle")
    #expect(abs(table.calls.reduce(0, +) - 6400) < 1e-6)
    let read = try #require(SideTable(baseline: table.baseline()))
    #expect(read.calledFunction == "handle")
    #expect(abs(read.calls.reduce(0, +) - 6400) < 1)
    // Runs that counted something else can't be added to it.
    var other = profile(2)
    other.metadata.work = WorkCount(function: "serve", module: "server")
    #expect(SideTable([.profile(first.preferred), .profile(other.preferred)]).calledFunction == nil)
    #expect(SideTable([.profile(first.preferred), .profile(profile(2).preferred)]).calledFunction == nil)
  }

  @Test func staysSmall() {
    let table = SideTable([.profile(profile(1, functions: 4000).preferred)])
    #expect(table.baseline().count <= SideTable.baselineBytes)
  }

  @Test func standsForItsRunsInAComparison() {
    let runs = (1...5).map { ComparisonInput.profile(profile(UInt64($0)).preferred) }
    let baseline = SideTable(runs)
    let after = (6...10).map { ComparisonInput.profile(profile(UInt64($0)).preferred) }
    let direct = FunctionComparison(before: runs, after: after)
    let stored = FunctionComparison(
      before: SideTable(baseline: baseline.baseline()).map { [.baseline($0)] } ?? [], after: after)
    #expect(stored.units.areRuns)
    #expect(stored.rows.map(\.own.verdict) == direct.rows.map(\.own.verdict))
    #expect(stored.rows.map(\.own.difference) == direct.rows.map(\.own.difference))
  }

  @Test func mergesWithOtherRuns() throws {
    let first = SideTable([.profile(profile(1).preferred)])
    let both = SideTable([
      .baseline(try #require(SideTable(baseline: first.baseline()))), .profile(profile(2).preferred),
    ])
    #expect(both.runCount == 2)
    #expect(both.weight == 8000)
  }

  @Test(arguments: [
    "", "perfprof-baseline\t2\n", "perfprof-baseline\t1\nruns\t0,1\nweights\t1\nseconds\t1,1\n",
    "perfprof-baseline\t1\nruns\t1,0\nweights\t1,1\nseconds\t1,1\n",
    "perfprof-baseline\t1\nruns\t0\nweights\tnan\nseconds\t1\n",
    "perfprof-baseline\t1\nruns\t0\nweights\t1\nseconds\t1\nfunction\tf\tm\t1,2\t1\n",
  ])
  func refusesWhatIsDamaged(text: String) {
    #expect(SideTable(baseline: Array(text.utf8)) == nil)
  }
}
