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

  @Test func keepsEveryStackWhileItGrows() {
    var table = StackTable()
    var stack: StackID?
    for frame in 0..<10_000 as Range<UInt32> { stack = table.intern(parent: stack, frame: frame) }
    #expect(table.count == 10_000)
    #expect(stack.map(table.path(to:)) == Array(0..<10_000))
  }
}
