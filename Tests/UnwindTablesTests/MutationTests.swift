import Foundation
import ProfileModel
import Testing

@testable import UnwindTables

/// Hostile tables: what was once well-formed, with bytes changed, removed and repeated.
@Suite struct MutationTests {
  /// A section with about everything in it, and its header.
  static func seedSection(_ kind: FrameSection.Kind) -> (bytes: [UInt8], header: [UInt8]) {
    var section = FrameAssembler(kind: kind)
    let hasAugmentation = kind == .ehFrame
    let plain = section.cie(.init(version: 3, augmentation: hasAugmentation ? "zR" : ""))
    let rich = section.cie(
      .init(
        version: 4, augmentation: hasAugmentation ? "zPLRS" : "", augmentationData: [0x9B, 1, 2, 3, 4, 0x1B, 0x1B]))
    let wide = section.cie(.init(augmentation: hasAugmentation ? "zR" : "", isWide: true))
    var functions: [(start: UInt64, fde: Int)] = []
    let codes: [[UInt8]] = [
      [0x41, 0x0E, 16, 0x86, 2, 0x43, 0x0D, 6, 0x0A, 0x02, 9, 0xC6, 0x0C, 7, 8, 0x41, 0x0B],
      [0x0F, 11, 0x77, 8, 0x80, 0, 0x3F, 0x1A, 0x3B, 0x2A, 0x33, 0x24, 0x22],
      [0x10, 6, 2, 0x76, 0, 0x0F, 3, 0x76, 0x68, 0x06, 0x41, 0x07, 16],
      [0x2E, 40, 0x2F, 13, 4, 0x11, 12, 0x7C, 0x03, 2, 0, 0x14, 7, 0, 0x09, 16, 5, 0x1D, 1, 0, 0, 0, 0, 0, 0, 0],
    ]
    for (index, code) in codes.enumerated() {
      for cie in [plain, rich, wide] {
        let start = 0x1000 + UInt64(functions.count) * 0x40
        functions.append((start, section.fde(cie, start: start, length: 0x40, code, isWide: index == 3 && cie == wide)))
      }
    }
    section.raw([0, 0, 0, 0])
    return (section.bytes, section.header(at: 0x8000, functions))
  }

  static func mutate(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
    let interesting: [UInt8] = [0, 1, 0x7F, 0x80, 0xFF, 0xFE, 0x3F, 0x0F, 0x10, 0x01, 0x0A, 0x0B]
    for _ in 0..<Int.random(in: 1...6, using: &generator) where !bytes.isEmpty {
      let at = Int.random(in: 0..<bytes.count, using: &generator)
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: bytes[at] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes[at] = interesting.randomElement(using: &generator) ?? 0
      case 2: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 3: bytes.removeLast(bytes.count - at)
      case 4: for offset in at..<min(bytes.count, at + 4) { bytes[offset] = 0xFF }
      default: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 40)], at: at)
      }
    }
  }

  @Test func mutatedTablesNeitherTrapNorHang() {
    let environment = ProcessInfo.processInfo.environment
    let rounds = environment["UNWIND_MUTATION_ROUNDS"].flatMap { Int($0) } ?? 1500
    let seed = environment["UNWIND_MUTATION_SEED"].flatMap { UInt64($0) } ?? 20_240_607
    print("mutating unwind tables: seed \(seed), \(rounds) rounds")
    var generator = SeededGenerator(seed: seed)
    let (ehFrame, header) = Self.seedSection(.ehFrame)
    let (debugFrame, _) = Self.seedSection(.debugFrame)
    var outcomes: Set<UInt8> = []
    for round in 0..<rounds {
      var sections = UnwindTable.Sections()
      sections.ehFrame = ehFrame
      sections.ehFrameAddress = 0x10000
      sections.ehFrameHeaderAddress = 0x8000
      if round % 3 != 0 { sections.ehFrameHeader = header }
      if round % 4 == 0 { sections.debugFrame = debugFrame }
      if let mutated = sections.ehFrameHeader, round % 3 == 1 {
        var bytes = mutated
        Self.mutate(&bytes, &generator)
        sections.ehFrameHeader = bytes
      }
      var bytes = ehFrame
      Self.mutate(&bytes, &generator)
      sections.ehFrame = bytes
      if var bytes = sections.debugFrame {
        Self.mutate(&bytes, &generator)
        sections.debugFrame = bytes
      }
      if round % 50 == 0 { sections.ehFrameAddress = .max - 8 }
      var table = UnwindTable(architecture: round % 5 == 0 ? .aarch64 : .x86_64, sections: sections)
      for _ in 0..<24 {
        let address = UInt64.random(in: 0xFF0..<0x1340, using: &generator)
        let rule = table.rule(at: address)
        outcomes.insert(rule.kind.rawValue)
        if rule.isApplicable {
          #expect(rule.cfaRegister < 33 && (rule.savesAreRelativeToCFA || rule.saveBaseRegister < 33))
        }
        if case .row(let row) = table.row(at: address) {
          #expect(row.range.contains(address))
          #expect(row.rule == rule)
        }
        if let range = table.functionRange(containing: address) { #expect(range.contains(address)) }
      }
      for address in [0, .max, UInt64(1) << 63, 0x10000] {
        _ = table.rule(at: address)
        _ = table.functionRange(containing: address)
      }
    }
    // The loop is worth its time only if it gets past the first checks.
    #expect(outcomes.count == 5)
  }
}
