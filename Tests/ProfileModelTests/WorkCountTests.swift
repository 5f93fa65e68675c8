import ProfileModel
import Testing

@Suite struct WorkCountTests {
  private func points(_ counts: [(UInt64, UInt64)]) -> WorkCount {
    WorkCount(function: "f", module: "m", points: counts.map { WorkCount.Point(time: $0.0, count: $0.1) })
  }

  @Test func callsBetweenTwoLooksCameSteadily() {
    let work = points([(100, 10), (200, 10), (300, 40)])
    #expect(work.count == 40)
    #expect(work.count(in: 0..<50) == 5)
    #expect(work.count(in: 100..<200) == 0)
    #expect(work.count(in: 200..<210) == 3)
    // What was before and after all looks is the first one's and the last one's.
    #expect(work.count(in: 0..<UInt64.max) == 40)
    #expect(work.count(in: 300..<1000) == 0)
    #expect(points([]).count(in: 0..<1000) == 0)
  }

  @Test func partsAddUpToTheWhole() {
    let work = points([(7, 1), (19, 5), (23, 5), (100, 77)])
    let parts = stride(from: UInt64(0), to: 120, by: 10).map { work.count(in: $0..<($0 + 10)) }
    #expect(abs(parts.reduce(0, +) - 77) < 1e-9)
  }

  @Test func whatGoesBackIsLeftOut() {
    let work = points([(10, 5), (9, 9), (11, 4), (12, 6)])
    #expect(work.points.map(\.count) == [5, 6])
    #expect(points([(10, 5), (10, 8)]).points.map(\.count) == [8])
  }

  @Test func manyLooksAreThinnedAndTheLastOneStays() {
    var work = points([])
    for look in 1...UInt64(3 * WorkCount.mostPoints + 1) { work.add(WorkCount.Point(time: look * 10, count: look)) }
    #expect(work.points.count <= WorkCount.mostPoints)
    #expect(work.count == UInt64(3 * WorkCount.mostPoints + 1))
    #expect(abs(work.count(in: 50_000..<60_000) - 1000) < 8)
  }
}
