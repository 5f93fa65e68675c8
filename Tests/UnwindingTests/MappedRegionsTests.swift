import Testing

@testable import Unwinding

@Suite struct MappedRegionsTests {
  private func region(_ range: Range<UInt64>, module: UInt32) -> MappedRegions.Region {
    .init(start: range.lowerBound, end: range.upperBound, bias: 0, module: module, isExecutable: true)
  }

  private func module(_ space: inout MappedRegions, _ address: UInt64) -> UInt32? {
    space.region(at: address)?.module
  }

  @Test func laterRegionsCutOlderOnes() {
    var space = MappedRegions()
    let change1 = space.insert(region(0x1000..<0x9000, module: 1))
    #expect(!change1)
    let change2 = space.insert(region(0x3000..<0x5000, module: 2))
    #expect(change2)
    #expect(space.regions.map(\.start) == [0x1000, 0x3000, 0x5000])
    #expect(space.regions.map(\.end) == [0x3000, 0x5000, 0x9000])
    #expect(space.regions.map(\.module) == [1, 2, 1])
    let change3 = space.insert(region(0x2000..<0x6000, module: 3))
    #expect(change3)
    #expect(space.regions.map(\.module) == [1, 3, 1])
    let change4 = space.insert(region(0x1000..<0x9000, module: 4))
    #expect(change4)
    #expect(space.regions.map(\.module) == [4])
  }

  @Test func aRegionToldTwiceChangesNothing() {
    var space = MappedRegions()
    space.insert(region(0x1000..<0x9000, module: 1))
    let change = space.insert(region(0x1000..<0x9000, module: 1))
    #expect(!change)
    #expect(space.regions.count == 1)
  }

  /// What is above an address's bits on AArch64 is a pointer's code, and that depends on how the kernel was built.
  @Test(
    arguments: [
      (0x7F_8000_0000, 39), (0xFFFF_8000_0000, 48), (0xAAAA_0000_0000, 48), (0xF_F000_0000_0000, 52), (0x40_0000, 48),
    ] as [(UInt64, UInt64)])
  func tellsAddressesFromTheirCode(highest: UInt64, bits: UInt64) {
    var space = MappedRegions()
    space.insert(region(0x1000..<0x2000, module: 1))
    space.insert(region(highest..<highest + 0x1000, module: 2))
    #expect(space.addressMask == UInt64.max >> (64 - bits))
  }

  @Test func findsRegionsByAddress() {
    var space = MappedRegions()
    space.insert(region(0x5000..<0x6000, module: 2))
    space.insert(region(0x1000..<0x2000, module: 1))
    #expect(module(&space, 0xFFF) == nil)
    #expect(module(&space, 0x1000) == 1)
    #expect(module(&space, 0x1FFF) == 1)
    #expect(module(&space, 0x2000) == nil)
    #expect(module(&space, 0x5800) == 2)
    #expect(module(&space, .max) == nil)
  }

  @Test func refusesEmptyRegions() {
    var space = MappedRegions()
    space.insert(region(0x1000..<0x1000, module: 1))
    #expect(space.regions.isEmpty)
  }
}
