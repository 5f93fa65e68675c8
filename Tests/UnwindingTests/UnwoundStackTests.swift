import Testing

@testable import Unwinding

@Suite struct UnwoundStackTests {
  private func stack(depth: Int, maxDepth: Int) -> UnwoundStack {
    var stack = UnwoundStack(maxDepth: maxDepth)
    for index in 0..<depth {
      stack.append(.init(address: UInt64(index), statedLookupAddress: 0, module: 0, isReturnAddress: index > 0))
    }
    stack.finish()
    return stack
  }

  @Test func keepsEverythingUpToItsDepth() {
    let full = stack(depth: 8, maxDepth: 8)
    #expect(full.frames.map(\.address) == Array(0..<8))
    #expect(full.elided == nil)
  }

  @Test(arguments: 9..<40)
  func keepsLeafAndRootSidesOfDeeperStacks(depth: Int) {
    let cut = stack(depth: depth, maxDepth: 8)
    let root = UInt64(depth - 4)..<UInt64(depth)
    #expect(cut.frames.map(\.address) == [0, 1, 2, 3] + Array(root))
    #expect(cut.elided == .init(position: 4, count: depth - 8))
    #expect(cut.depth == depth)
  }

  @Test func isEmptiedForTheNextSample() {
    var stack = stack(depth: 20, maxDepth: 8)
    stack.removeAll()
    #expect(stack.frames.isEmpty && stack.elided == nil && stack.depth == 0)
  }
}
