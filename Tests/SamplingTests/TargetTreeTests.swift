import Testing

@testable import Sampling

/// Who belongs to the targets, as births and ends tell.
struct TargetTreeTests {
  private func process(_ pid: Int32) -> ThreadNumbers { ThreadNumbers(pid: pid, tid: pid) }

  @Test func takesChildrenInWhoeverTakesThemOver() {
    var tree = TargetTree()
    tree.admit(10, threads: [10, 11])
    let births = [
      tree.begin(process(20), parent: 10, admitsAll: false), tree.begin(process(30), parent: 20, admitsAll: false),
      tree.begin(process(40), parent: 1, admitsAll: false),
    ]
    #expect(births == [true, true, false])
    // The daemon's parents end; it doesn't.
    let ends = [tree.end(process(20)), tree.end(process(10))]
    #expect(ends == [true, false])
    #expect(tree.contains(30) && !tree.contains(40))
    let child = tree.begin(process(50), parent: 30, admitsAll: false)
    #expect(child)
  }

  @Test func aProcessLivesAsLongAsAThread() {
    var tree = TargetTree()
    tree.admit(10, threads: [10, 11])
    _ = tree.begin(ThreadNumbers(pid: 10, tid: 12), parent: 10, admitsAll: false)
    let ends = [10, 12, 11].map { tree.end(ThreadNumbers(pid: 10, tid: $0)) }
    #expect(ends == [false, false, true])
  }

  @Test func execLeavesOneThread() {
    var tree = TargetTree()
    tree.admit(10, threads: [10, 11])
    tree.exec(10)
    let end = tree.end(process(10))
    #expect(end)
  }

  @Test func anEndedProcessLingersUntilItsNumberIsUsedAgain() {
    var tree = TargetTree()
    tree.admit(10, threads: [10])
    _ = tree.end(process(10))
    #expect(tree.contains(10) && tree.live.isEmpty)
    let isOwn = tree.begin(process(10), parent: 1, admitsAll: false)
    #expect(!isOwn && !tree.contains(10))
  }

  @Test func forgetsTheLongEnded() {
    var tree = TargetTree()
    tree.admit(1, threads: [1])
    for pid in Int32(2)..<100_000 {
      _ = tree.begin(process(pid), parent: 1, admitsAll: false)
      _ = tree.end(process(pid))
    }
    #expect((2..<100_000).count { tree.contains($0) } <= 2048)
    #expect(tree.contains(99_999) && tree.contains(1))
  }
}
