import Testing

@testable import UnwindTables

@Suite struct UnwindRuleTests {
  @Test func layoutIsCompact() {
    #expect(MemoryLayout<UnwindRule>.stride == 24)
    #expect(MemoryLayout<UnwindRowCache.Entry>.stride == 32)
  }

  @Test func cacheKeepsWhatWasInserted() throws {
    var cache = UnwindRowCache(exponent: 4)
    let key = try #require(UnwindRowCache.key(module: 3, address: 0x1234))
    #expect(cache.rule(forKey: key) == nil)
    cache.insert(.needsFallback, forKey: key)
    #expect(cache.rule(forKey: key) == .needsFallback)
    cache.removeAll()
    #expect(cache.rule(forKey: key) == nil)
    #expect(UnwindRowCache.key(module: 3, address: 1 << 50) == nil)
  }
}
