import Testing

@testable import Recording

@Suite struct CodeRegionsTests {
  @Test func `later ranges replace earlier ones where they overlap`() {
    var regions = CodeRegions()
    regions.set(0x1000..<0x5000, to: 1)
    regions.set(0x2000..<0x3000, to: 2)
    #expect(
      [0xFFF, 0x1000, 0x1FFF, 0x2000, 0x2FFF, 0x3000, 0x4FFF, 0x5000].map(regions.module) == [
        nil, 1, 1, 2, 2, 1, 1, nil,
      ])
    regions.set(0x1800..<0x4000, to: nil)
    #expect([0x17FF, 0x1800, 0x2000, 0x3FFF, 0x4000].map(regions.module) == [1, nil, nil, nil, 1])
    regions.set(0..<0x9000, to: 3)
    #expect([0, 0x1000, 0x8FFF].map(regions.module) == [3, 3, 3])
  }

  @Test func `ranges that touch become one, which begins where the first does`() {
    var extent = CodeExtent()
    extent.insert(0x3000..<0x4000)
    extent.insert(0x1000..<0x2000)
    #expect(
      [0xFFF, 0x1000, 0x1FFF, 0x2000, 0x3000, 0x4000].map(extent.start) == [nil, 0x1000, 0x1000, nil, 0x3000, nil])
    extent.insert(0x2000..<0x3000)
    #expect([0x1000, 0x2000, 0x3FFF, 0x4000].map(extent.start) == [0x1000, 0x1000, 0x1000, nil])
    extent.insert(0x1800..<0x8000)
    #expect(extent.start(of: 0x7FFF) == 0x1000)
    #expect(extent.start(of: .max) == nil)
  }
}
