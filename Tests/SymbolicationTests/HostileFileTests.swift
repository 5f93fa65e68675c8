import BinaryReading
import ELF
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
}
