import Testing

@testable import Symbolication

@Suite struct SymbolScanTests {
  /// An `Elf64_Sym` of section 1.
  private static func entry(_ name: UInt32, _ value: UInt64, _ size: UInt64, type: UInt8 = 2, binding: UInt8 = 1)
    -> [UInt8]
  {
    var bytes: [UInt8] = []
    withUnsafeBytes(of: name) { bytes += $0 }
    bytes += [binding << 4 | type, 0, 1, 0]
    withUnsafeBytes(of: value) { bytes += $0 }
    withUnsafeBytes(of: size) { bytes += $0 }
    return bytes
  }

  private static func names(
    _ wanted: [UInt64], _ entries: [[UInt8]], sectionEnd: UInt64 = 0x1000
  ) throws -> [UInt32?] {
    var scan = SymbolScan(wanted: wanted)
    let code = SectionBounds(end: sectionEnd, isExecutable: true)
    let bytes = entries.flatMap(\.self)
    try scan.scan(
      bytes.rawSpan, sections: [SectionBounds(end: 0, isExecutable: false), code],
      ignoresLocalLabels: false)
    let (matches, matchOf) = scan.results()
    return matchOf.map { $0 < 0 ? nil : matches[Int($0)].nameOffsets[0] }
  }

  @Test func `sizes are respected`() throws {
    let entries = [Self.entry(1, 0x100, 0x20), Self.entry(2, 0x200, 0x10)]
    #expect(
      try Self.names([0xFF, 0x100, 0x11F, 0x120, 0x1FF, 0x200, 0x20F, 0x210], entries)
        == [nil, 1, 1, nil, nil, 2, 2, nil])
  }

  @Test func `symbols without a size reach to the next symbol or the section's end`() throws {
    let entries = [Self.entry(1, 0x100, 0), Self.entry(2, 0x200, 0x10), Self.entry(3, 0x300, 0, type: 0, binding: 0)]
    #expect(
      try Self.names([0x100, 0x1FF, 0x205, 0x210, 0x2FF, 0x300, 0xFFF, 0x1000], entries)
        == [1, 1, 2, nil, nil, 3, 3, nil])
    #expect(
      try Self.names([0x100, 0x1FF, 0x205, 0x210, 0x2FF, 0x300, 0xFFF, 0x1000], entries.reversed())
        == [1, 1, 2, nil, nil, 3, 3, nil])
  }

  @Test func `symbols without a size reach 4 KB at most`() throws {
    let entries = [Self.entry(1, 0x100, 0)]
    #expect(try Self.names([0x100, 0x10FF, 0x1100], entries, sectionEnd: 0x9000) == [1, 1, nil])
  }

  @Test func `functions come before labels, global and weak before local`() throws {
    let weak = Self.entry(1, 0x100, 8, binding: 2)
    let local = Self.entry(2, 0x100, 8, binding: 0)
    let global = Self.entry(3, 0x100, 8)
    let label = Self.entry(4, 0x100, 8, type: 0)
    for entries in [[local, global, label], [label, global, local]] {
      #expect(try Self.names([0x104], entries) == [3])
    }
    #expect(try Self.names([0x104], [weak, local, label]) == [1])
    #expect(try Self.names([0x104], [label, weak]) == [1])
    #expect(try Self.names([0x104], [label, local]) == [2])
    // Which of two equals is the plainer, their names tell.
    var scan = SymbolScan(wanted: [0x104])
    let code = SectionBounds(end: 0x1000, isExecutable: true)
    try scan.scan((weak + global).rawSpan, sections: [code, code], ignoresLocalLabels: false)
    #expect(scan.results().matches.map { Set($0.nameOffsets) } == [[1, 3]])
  }

  @Test func `the inner of nested symbols wins`() throws {
    let entries = [Self.entry(1, 0x100, 0x100), Self.entry(2, 0x140, 0x10)]
    #expect(try Self.names([0x13F, 0x140, 0x150], entries) == [1, 2, 1])
    #expect(try Self.names([0x13F, 0x140, 0x150], entries.reversed()) == [1, 2, 1])
  }

  @Test func `data, undefined and absurd symbols are passed over`() throws {
    let entries = [
      Self.entry(1, 0x100, 0x10, type: 1), Self.entry(2, 0x100, .max), Self.entry(3, .max, 0),
      Self.entry(4, 0, 0, type: 3),
    ]
    #expect(try Self.names([0x100, 0x200], entries) == [nil, nil])
  }
}
