import Testing

@testable import Sampling

@Suite(.enabled(if: PerfAccess.failure == nil, "perf_event is refused: \(String(describing: PerfAccess.failure))"))
struct StackProgramTests {
  /// Older kernels know no loops by helper.
  @Test func everyWayOfLoopingIsTakenByTheKernel() throws {
    let bell = try #require(PageRing(capacity: 4_096))
    for looping in StackProgram.Looping.allCases {
      let isTaken =
        StackProgram(
          dumpBytes: 16_384, cpus: [0], bell: bell.descriptor, ringCapacity: 1 << 21, loopings: [looping]) != nil
      #expect(isTaken, "\(looping)")
    }
  }
}
