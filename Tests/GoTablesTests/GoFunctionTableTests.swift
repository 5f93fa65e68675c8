import Testing

@testable import GoTables

/// Go's own table, put together by hand: one function at 0x1000 with `sub $24; mov %rbp; lea`, and one without a frame.
@Suite struct GoFunctionTableTests {
  /// The header, then names, pctab and functab.
  static let bytes: [UInt8] = {
    func word(_ value: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
    func half(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
    let names = Array("\0main.work\0runtime.goexit\0".utf8)
    // -1 + 1 = 0 for 4 bytes, then 24 for 20, then 0 for 1; and 0 for 16.
    let pctab: [UInt8] = [0, 2, 4, 48, 20, 47, 1, 0, 2, 16, 0]
    let functab =
      half(0) + half(20) + half(32) + half(44) + half(48)
      + half(0) + half(1) + half(0) + half(0) + half(1) + half(0)
      + half(32) + half(11) + half(0) + half(0) + half(8) + half(0)
    let (nameOffset, pctabOffset) = (72, 72 + names.count)
    let functabOffset = pctabOffset + pctab.count
    let header: [UInt8] = [0xF1, 0xFF, 0xFF, 0xFF, 0, 0, 1, 8]
    let offsets = [2, 0, 0x1000, nameOffset, 0, 0, pctabOffset, functabOffset].map { word(UInt64($0)) }
    return header + offsets.flatMap { $0 } + names + pctab + functab
  }()
  static let prologue: [UInt8] =
    [0x48, 0x83, 0xEC, 0x18, 0x48, 0x89, 0x6C, 0x24, 0x10, 0x48, 0x8D, 0x6C, 0x24, 0x10]
    + Array(repeating: 0x90, count: 18)

  private func place(_ address: UInt64, _ bytes: [UInt8] = bytes) -> GoFunctionTable.Place? {
    let table = GoFunctionTable(bytes, textRange: 0x1000..<0x2000)
    return table?.placeX86_64(at: address) { address, count in
      address == 0x1000 ? Array(Self.prologue.prefix(count)) : nil
    }
  }

  @Test(arguments: [
    (0x1000, 0, false), (0x1004, 24, false), (0x1009, 24, true), (0x1017, 24, true), (0x1018, 0, false),
  ])
  func followsTheStackPointer(address: UInt64, size: Int32, hasRecord: Bool) throws {
    #expect(place(address) == .frame(size: size, savesFramePointer: hasRecord))
  }

  @Test func knowsWhereGoroutinesBegin() throws {
    #expect(place(0x1020) == .outermost)
    let table = try #require(GoFunctionTable(Self.bytes, textRange: 0x1000..<0x2000))
    #expect(table.function(containing: 0x1005)?.name == "main.work")
    #expect(table.function(containing: 0x102F)?.range == 0x1020..<0x1030)
    #expect(table.function(containing: 0x1030) == nil)
    #expect(table.function(containing: 0xFFF) == nil)
  }

  @Test func refusesWhatIsNoTable() {
    #expect(GoFunctionTable([], textRange: 0x1000..<0x2000) == nil)
    #expect(GoFunctionTable(Self.bytes, textRange: 0x5000..<0x6000) == nil, "functions must lie in code")
  }

  @Test func survivesEveryChangedByteAndEveryCut() {
    for index in Self.bytes.indices {
      for value in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] {
        var changed = Self.bytes
        changed[index] = value
        for address in stride(from: 0x1000, to: 0x1040, by: 7) as StrideTo<UInt64> { _ = place(address, changed) }
      }
      for address in stride(from: 0x1000, to: 0x1040, by: 9) as StrideTo<UInt64> {
        _ = place(address, Array(Self.bytes[..<index]))
      }
    }
  }
}
