import ProfileModel
import Testing

@Suite struct StackTableTests {
  @Test func sharesPrefixesAndGivesPathsRootFirst() {
    var table = StackTable()
    let root = table.intern(parent: nil, frame: 7)
    let left = table.intern(parent: root, frame: 8)
    let right = table.intern(parent: root, frame: 9)
    #expect(table.intern(parent: root, frame: 8) == left)
    #expect(table.count == 3)
    #expect(table.path(to: right) == [7, 9])
    #expect(table.parent(of: left) == root)
    #expect(table.parent(of: root) == nil)
  }

  @Test func findsWhatWasAddedWithoutLookingUp() {
    var table = StackTable()
    let root = table.append(parent: nil, frame: 1)
    var stack = root
    for frame in 2..<1_000 as Range<UInt32> { stack = table.append(parent: stack, frame: frame) }
    #expect(table.intern(parent: nil, frame: 1) == root)
    #expect(table.intern(parent: root, frame: 2).index == 1)
    #expect(table.intern(parent: stack, frame: 7).index == 999)
    #expect(table.append(parent: stack, frame: 8).index == 1_000)
    #expect(table.intern(parent: stack, frame: 8).index == 1_000)
    #expect(table.count == 1_001)
  }

  @Test func keepsEveryStackWhileItGrows() {
    var table = StackTable()
    var stack: StackID?
    for frame in 0..<10_000 as Range<UInt32> { stack = table.intern(parent: stack, frame: frame) }
    #expect(table.count == 10_000)
    #expect(stack.map(table.path(to:)) == Array(0..<10_000))
  }
}
