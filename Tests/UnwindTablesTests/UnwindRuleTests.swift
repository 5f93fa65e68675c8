import Testing

@testable import UnwindTables

@Suite struct UnwindRuleTests {
  @Test func layoutIsCompact() {
    #expect(MemoryLayout<UnwindRule>.stride == 24)
  }
}
