import ProfileModel
import Testing

@Suite struct StackGroupingTests {
  @Test func walksInPreorderAndLeavesEachNode() {
    var table = StackTable()
    let first = table.intern(parent: nil, frame: 0)
    let child = table.intern(parent: first, frame: 1)
    let second = table.intern(parent: nil, frame: 2)
    _ = table.intern(parent: child, frame: 3)
    _ = table.intern(parent: first, frame: 4)
    _ = table.intern(parent: second, frame: 5)
    var events: [String] = []
    table.walk {
      events.append("+\(table.frames[$0])")
    } leave: {
      events.append("-\(table.frames[$0])")
    }
    #expect(events == ["+0", "+1", "+3", "-3", "-1", "+4", "-4", "-0", "+2", "+5", "-5", "-2"])
  }

  @Test func walksStacksOfAnyDepth() {
    var table = StackTable()
    var stack: StackID?
    for _ in 0..<200_000 { stack = table.intern(parent: stack, frame: 7) }
    let grouping = StackGrouping(table, groupOfFrame: [UInt32](repeating: 0, count: 8), count: 1)
    let weights = grouping.weights(of: [Sample(time: 0, thread: ThreadID(index: 0), stack: stack, weight: 3)])
    #expect(weights == StackGrouping.Weights(own: [3], total: [3]))
  }

  @Test func framesOfNoGroupCountNowhere() {
    var table = StackTable()
    let root = table.intern(parent: nil, frame: 0)
    let leaf = table.intern(parent: root, frame: 1)
    let grouping = StackGrouping(table, groupOfFrame: [0, StackGrouping.none], count: 1)
    let thread = ThreadID(index: 0)
    let samples = [
      Sample(time: 0, thread: thread, stack: leaf, weight: 2), Sample(time: 0, thread: thread, stack: nil, weight: 9),
    ]
    #expect(grouping.weights(of: samples) == StackGrouping.Weights(own: [0], total: [2]))
  }
}
