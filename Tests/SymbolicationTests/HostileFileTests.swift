import BinaryReading
import ELF
import Glibc
import Testing

@testable import Symbolication

@Suite(.enabled(if: Workbench.has("g++"), "g++ is missing"))
struct HostileFileTests {
  /// A repeatable source of numbers (SplitMix64).
  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var bits = state
      bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
      bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
      return bits ^ (bits >> 31)
    }
  }

  @Test(
    arguments: [
      ("-gdwarf-4", 1), ("-gdwarf-5", 2), ("-gdwarf-5 -gz", 3), ("-gdwarf-5 -gdwarf64", 4),
    ] as [(String, UInt64)])
  func `changed and cut files give what they still hold`(flags: String, seed: UInt64) throws {
    let bench = try Workbench()
    try bench.write("inlines.cpp", inliningProgram)
    try bench.run("g++ -g \(flags) -O2 inlines.cpp -o program")
    let image = try bench.image("program")
    let original = try FileReader(path: bench.path("program")).read(at: 0, count: image.status?.size ?? 0)
    let targets = image.sections.filter {
      ($0.name.hasPrefix(".debug") || $0.name.hasSuffix("tab")) && $0.hasContents && $0.size > 0
    }
    let text = try #require(image.section(named: ".text"))
    let addresses = (0..<text.size).map { text.address + $0 }
    var generator = Generator(state: seed)
    for _ in 0..<200 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...8, using: &generator) {
        let section = try #require(targets.randomElement(using: &generator))
        var place = Int(section.offset) + Int.random(in: 0..<Int(section.size), using: &generator)
        if Int.random(in: 0..<8, using: &generator) == 0 {
          place = bytes.count - 1 - Int.random(in: 0..<64 * image.sections.count, using: &generator)
        }
        bytes[place] = [0, 0xFF, bytes[place] ^ 1, bytes[place] &+ 0x80].randomElement(using: &generator) ?? 0
      }
      if Int.random(in: 0..<10, using: &generator) == 0 {
        bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator))
      }
      try bench.write("changed", bytes)
      guard let changed = try? bench.image("changed") else { continue }
      let symbols = Symbolicator(options: options()).symbolize(image: changed, addresses: addresses)
      #expect(symbols.frames.count == addresses.count && symbols.frames.allSatisfy { !$0.isEmpty }, "seed \(seed)")
    }
  }

  @Test func `symbols that all overlap`() throws {
    var scan = SymbolScan(wanted: (0..<10_000).map { 0x1000 + $0 * 16 })
    var piece: [UInt8] = []
    for index in 0..<1_000 as Range<UInt32> {
      withUnsafeBytes(of: index) { piece += $0 }
      piece += [0x12, 0, 1, 0]
      withUnsafeBytes(of: UInt64(index)) { piece += $0 }
      withUnsafeBytes(of: UInt64.max / 2) { piece += $0 }
    }
    let code = SectionBounds(end: .max, isExecutable: true)
    for _ in 0..<60 { try scan.scan(piece.rawSpan, sections: [code, code], ignoresLocalLabels: false) }
    #expect(scan.results().matchOf.count == 10_000)
  }

  // MARK: Debug information that costs more than its size

  /// A file of debug sections alone, DWARF 4, whose only unit covers 0x1000 to 0x2000.
  private func debugFile(
    _ bench: Workbench, abbreviation: [UInt8], entries: [UInt8], ranges: [UInt8] = [], line: [UInt8] = [],
    unit: (attribute: [UInt8], value: [UInt8]) = ([], [])
  ) throws -> ELFImage {
    // DW_TAG_compile_unit with children: DW_AT_low_pc as address, DW_AT_high_pc as four bytes.
    let table = [1, 0x11, 1, 0x11, 0x01, 0x12, 0x06] + unit.attribute + [0, 0] + abbreviation + [0]
    var body: [UInt8] = [4, 0, 0, 0, 0, 0, 8, 1, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0x10, 0, 0] + unit.value
    body += entries + [0]
    let length = withUnsafeBytes(of: UInt32(body.count)) { Array($0) }
    try bench.write(
      "debug",
      DebugFileImage.bytes(of: [
        (".debug_info", length + body), (".debug_abbrev", table), (".debug_ranges", ranges), (".debug_line", line),
      ]))
    return try bench.image("debug")
  }

  private func problem(of image: ELFImage) -> String {
    let addresses = (0..<64).map { 0x1000 + UInt64($0) * 16 }
    let symbols = Symbolicator(options: options()).symbolize(image: image, addresses: addresses)
    #expect(symbols.frames.count == addresses.count)
    return symbols.problem?.description ?? ""
  }

  @Test func `ranges that all entries share`() throws {
    let pairs = [UInt64](repeating: 0x9000, count: 1 << 17).enumerated().map { $0 & 1 == 0 ? $1 : $1 + 1 } + [0, 0]
    // DW_TAG_subprogram: DW_AT_ranges as an offset.
    let entries = [[UInt8]](repeating: [2, 0, 0, 0, 0], count: 100_000).flatMap(\.self)
    let image = try debugFile(
      try Workbench(), abbreviation: [2, 0x2E, 0, 0x55, 0x17, 0, 0], entries: entries,
      ranges: pairs.withUnsafeBytes { Array($0) })
    #expect(problem(of: image).contains("in circles or overlaps"))
  }

  @Test func `attributes that take no room`() throws {
    // Any number of DW_AT_external as DW_FORM_flag_present.
    let attributes = [[UInt8]](repeating: [0x3F, 0x19], count: 200_000).flatMap(\.self)
    let entries = [UInt8](repeating: 2, count: 200_000)
    // Those of a DW_TAG_variable are passed over as one, so that all entries are read: there is no function.
    let variables = try debugFile(
      try Workbench(), abbreviation: [2, 0x34, 0] + attributes + [0, 0], entries: entries)
    #expect(problem(of: variables).contains("no symbols"))
    // Those of a DW_TAG_subprogram are looked at one by one, until it is too much.
    let functions = try debugFile(
      try Workbench(), abbreviation: [2, 0x2E, 0] + attributes + [0, 0], entries: entries)
    #expect(problem(of: functions).contains("in circles or overlaps"))
  }

  @Test func `a line table of a hundred megabytes`() throws {
    let size: UInt32 = 100 << 20
    let line = withUnsafeBytes(of: size) { Array($0) } + [UInt8](repeating: 0, count: Int(size))
    // DW_AT_stmt_list as an offset. The table holds no row, and is read to its end.
    let image = try debugFile(
      try Workbench(), abbreviation: [], entries: [], line: line, unit: ([0x10, 0x17], [0, 0, 0, 0]))
    #expect(problem(of: image).contains("no symbols"))
  }

  @Test func `a package whose units all have the same large part`() throws {
    func bytes(_ words: [UInt32]) -> [UInt8] { words.withUnsafeBytes { Array($0) } }
    func numbers(_ numbers: [UInt64]) -> [UInt8] { numbers.withUnsafeBytes { Array($0) } }
    let count = 1 << 14
    // DW_TAG_skeleton_unit: DW_AT_low_pc as address, DW_AT_high_pc as four bytes, DW_AT_dwo_name in place.
    let table: [UInt8] = [1, 0x4A, 0, 0x11, 0x01, 0x12, 0x06, 0x76, 0x08, 0, 0, 0]
    func unit(_ type: UInt8, _ number: UInt64, _ rest: [UInt8]) -> [UInt8] {
      let body = [5, 0, type, 8, 0, 0, 0, 0] + numbers([number]) + rest
      return bytes([UInt32(body.count)]) + body
    }
    let entry: [UInt8] = [1, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0x61, 0]
    let units = (0..<UInt64(count)).flatMap { unit(4, $0, entry) }
    let bench = try Workbench()
    try bench.write("debug", DebugFileImage.bytes(of: [(".debug_info", units), (".debug_abbrev", table)]))
    // All rows of the index have all of both sections, whose only unit has another number.
    let other = unit(5, .max, [1])
    let abbreviations = [UInt8](repeating: 0, count: 8 << 20)
    var index = bytes([5, 2, UInt32(count), UInt32(count)])
    index += numbers((0..<UInt64(count)).map(\.self)) + bytes((1...UInt32(count)).map(\.self)) + bytes([1, 3])
    index += bytes([UInt32](repeating: 0, count: 2 * count))
    index += (0..<count).flatMap { _ in bytes([UInt32(other.count), UInt32(abbreviations.count)]) }
    try bench.write(
      "debug.dwp",
      DebugFileImage.bytes(of: [
        (".debug_info.dwo", other), (".debug_abbrev.dwo", abbreviations), (".debug_cu_index", index),
      ]))
    #expect(problem(of: try bench.image("debug")).contains("in circles or overlaps"))
  }

  @Test func `sections in the hole of a file`() throws {
    let bench = try Workbench()
    let image = try debugFile(bench, abbreviation: [], entries: [])
    let header = try #require(image.section(named: ".debug_info")).offset
    #expect(header > 0)
    // The file grows by a hole of 6 GB, and the section table, which lies at the end, says that it is all information.
    var bytes = try FileReader(path: bench.path("debug")).read(at: 0, count: image.status?.size ?? 0)
    let table = bytes.count - 64 * image.sections.count
    for (index, byte) in withUnsafeBytes(of: UInt64(6 << 30), { Array($0) }).enumerated() {
      bytes[table + 64 + 32 + index] = byte
    }
    try bench.write("debug", bytes)
    try #require(truncate(bench.path("debug"), 7 << 30) == 0)
    #expect(problem(of: try bench.image("debug")).contains("more than is read"))
  }

  @Test func `many sections that share a name without end`() throws {
    let bench = try Workbench()
    let count = 20_000
    var bytes = DebugFileImage.bytes(of: [(".debug_str", [UInt8](repeating: 0x61, count: 8 << 20) + [0])])
    let table = bytes.count
    bytes += [UInt8](repeating: 0, count: 64)
    for index in 1..<count {
      var header = [UInt8](repeating: 0, count: 64)
      // The first holds the names of all.
      if index == 1 { header[4...4] = [3]; header[24...24] = [64]; header[34...35] = [0x80, 0] }
      bytes += header
    }
    func put(_ value: UInt64, at position: Int, _ size: Int) {
      for byte in 0..<size { bytes[position + byte] = UInt8(truncatingIfNeeded: value >> UInt64(8 * byte)) }
    }
    put(UInt64(table), at: 40, 8)
    put(UInt64(count), at: 60, 2)
    put(1, at: 62, 2)
    try bench.write("sections", bytes)
    let image = try bench.image("sections")
    #expect(image.sections.count == count && image.sections.allSatisfy { $0.name.utf8.count <= 1024 })
    #expect(image.sections.last?.name.isEmpty == false)
  }

  @Test func `damaged compressed symbols are named`() throws {
    let bench = try Workbench()
    try bench.write("small.c", smallProgram)
    try bench.run("gcc -O1 -s -o stripped small.c && printf nonsense >mini")
    try bench.run("objcopy --add-section .gnu_debugdata=mini stripped program")
    let text = try #require(try bench.image("program").section(named: ".text"))
    let symbols = Symbolicator(options: options()).symbolize(
      image: try bench.image("program"), addresses: [text.address + 4])
    #expect(symbols.problem?.description.contains(".gnu_debugdata") == true, "\(symbols)")
  }
}
