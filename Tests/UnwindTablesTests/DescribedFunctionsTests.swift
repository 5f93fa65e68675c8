import BinaryReading
import ProfileModel
import Testing

@testable import UnwindTables

/// Which function an address belongs to, whoever lists the functions.
@Suite struct DescribedFunctionsTests {
  static let usual = "rsp+8 ra=c-8"

  @Test func unsortedFunctions() {
    var section = FrameAssembler()
    let cie = section.cie()
    let starts: [UInt64] = [0x5000, 0x1000, 0x9000, 0x3000, 0x7000]
    for (index, start) in starts.enumerated() { section.fde(cie, start: start, length: 16, [0x86, UInt8(index + 2)]) }
    var table = section.table()
    for (index, start) in starts.enumerated() {
      #expect(table.text(at: start) == "rsp+8 ra=c-8 rbp=c-\(8 * (index + 2))")
      #expect(table.text(at: start - 1) == "uncovered")
      #expect(table.functionRange(containing: start + 15) == start..<start + 16)
      #expect(table.functionRange(containing: start + 16) == nil)
    }
  }

  @Test func innermostOfOverlappingFunctions() {
    var section = FrameAssembler()
    let cie = section.cie()
    section.fde(cie, start: 0x1000, length: 0x100, [0x86, 2])
    section.fde(cie, start: 0x1010, length: 0x10, [0x86, 3])
    var table = section.table()
    #expect(table.text(at: 0x100F) == "rsp+8 ra=c-8 rbp=c-16")
    #expect(table.text(at: 0x1010) == "rsp+8 ra=c-8 rbp=c-24")
    #expect(table.text(at: 0x1020) == "rsp+8 ra=c-8 rbp=c-16")
    #expect(table.functionRange(containing: 0x1020) == 0x1000..<0x1100)
  }

  @Test func twoFunctionsAtOneAddress() {
    var section = FrameAssembler()
    let cie = section.cie()
    section.fde(cie, start: 0x1000, length: 16, [0x86, 2])
    section.fde(cie, start: 0x1000, length: 16, [0x86, 2])
    section.fde(cie, start: 0x2000, length: 16, [0x86, 2])
    section.fde(cie, start: 0x2000, length: 16, [0x86, 3])
    section.fde(cie, start: 0x3000, length: 0, [0x86, 3])
    section.fde(cie, start: 0x3000, length: 16, [0x86, 2])
    var table = section.table()
    #expect(table.text(at: 0x1000) == "rsp+8 ra=c-8 rbp=c-16")
    #expect(table.text(at: 0x2000) == "needsFallback")
    #expect(table.text(at: 0x3000) == "rsp+8 ra=c-8 rbp=c-16")
  }

  /// A section of two functions, and what its header should list.
  func pair() -> (section: FrameAssembler, functions: [(start: UInt64, fde: Int)]) {
    var section = FrameAssembler()
    let cie = section.cie()
    let first = section.fde(cie, start: 0x1000, length: 16, [0x86, 2])
    let second = section.fde(cie, start: 0x2000, length: 16, [0x86, 3])
    return (section, [(0x1000, first), (0x2000, second)])
  }

  func table(_ section: FrameAssembler, header: [UInt8]) -> UnwindTable {
    var sections = section.sections
    sections.ehFrameHeader = header
    sections.ehFrameHeaderAddress = 0x8000
    return UnwindTable(architecture: .x86_64, sections: sections)
  }

  @Test func headerIsBelievedUntilItIsSilent() {
    let (section, functions) = pair()
    var table = table(section, header: section.header(at: 0x8000, [functions[1]]))
    #expect(table.text(at: 0x2000) == "rsp+8 ra=c-8 rbp=c-24")
    #expect(table.functionRange(containing: 0x1000) == nil)
    // The section has more functions than the list: then it is read itself.
    #expect(table.text(at: 0x1000) == "rsp+8 ra=c-8 rbp=c-16")
    #expect(table.functionRange(containing: 0x1000) == 0x1000..<0x1010)
    #expect(table.text(at: 0x3000) == "uncovered")
  }

  @Test func wrongHeadersAreReplaced() {
    let (section, functions) = pair()
    let good = section.header(at: 0x8000, functions)
    var bad: [[UInt8]] = []
    for (index, value) in [(0, UInt8(2)), (1, 0xFF), (2, 0xFF), (3, 0xFF), (3, 0x31), (4, 0x77), (8, 0xFF)] {
      var header = good
      header[index] = value
      bad.append(header)
    }
    bad.append(Array(good.dropLast()))
    bad.append(section.header(at: 0x8000, functions.reversed()))
    // FDEs of other functions, places in the middle of an entry, places outside.
    bad.append(section.header(at: 0x8000, [(0x1000, functions[1].fde), (0x2000, functions[0].fde)]))
    bad.append(section.header(at: 0x8000, [(0x0FF0, functions[0].fde), (0x1FF0, functions[1].fde)]))
    bad.append(section.header(at: 0x8000, [(0x1000, functions[0].fde + 2), (0x2000, functions[1].fde + 4)]))
    bad.append(section.header(at: 0x8000, [(0x1000, 0), (0x2000, 0)]))
    bad.append(section.header(at: 0x8000, [(0x1000, 1 << 20), (0x2000, 1 << 20)]))
    for header in bad {
      var table = table(section, header: header)
      #expect(table.text(at: 0x1000) == "rsp+8 ra=c-8 rbp=c-16", "\(header)")
      #expect(table.text(at: 0x200F) == "rsp+8 ra=c-8 rbp=c-24", "\(header)")
      #expect(table.text(at: 0x2010) == "uncovered", "\(header)")
    }
  }

  @Test func descriptionsAreFoundBeforeAndAfterDecoding() {
    let (section, functions) = pair()
    var table = section.table()
    for _ in 0..<2 {
      for function in functions {
        let found = table.frameDescription(containing: function.start + 3)
        #expect(found?.function == function.start)
        #expect(found?.address == section.address + UInt64(function.fde))
        _ = table.rule(at: function.start)
      }
    }
    #expect(table.frameDescription(containing: 0x3000) == nil)
  }

  @Test func headersThatPassTheEndOfMemory() {
    // Found by mutation: starts that are sorted as addresses but lie on both sides of zero.
    let (section, functions) = pair()
    for start: UInt64 in [0x8000 &- 0x8000_0000, 0x8000 &- 0x1_0000, .max - 0x10] {
      let header = section.header(at: 0x8000, [functions[0], functions[1], (start, functions[1].fde)])
      var table = table(section, header: header)
      #expect(table.text(at: 0x1000) == "rsp+8 ra=c-8 rbp=c-16")
      #expect(table.functionRange(containing: .max) == nil)
    }
  }

  @Test func headerAnswersWhereTheFrameIs() {
    let (section, functions) = pair()
    let header = section.header(at: 0x8000, functions)
    let parsed = EHFrameHeader(bytes: header.rawSpan, address: 0x8000)
    #expect(parsed?.ehFrameAddress == section.address)
    #expect(parsed?.count == 2)
  }

  @Test func functionsThatTheLinkerDroppedDoNotGetInTheWay() {
    // Gold leaves FDEs of dropped functions behind, at address zero, far below the image.
    var section = FrameAssembler(address: 0x7000_0001_0000)
    let cie = section.cie(.init(augmentationData: [0x04]))
    func place(_ start: UInt64) -> (UInt64) -> [UInt8] {
      { _ in FrameAssembler.little(start) + FrameAssembler.little(UInt64(16)) }
    }
    for start: UInt64 in [0x7000_0000_1000, 0, 0, 0x7000_0000_2000] {
      section.fde(cie, start: 0, length: 0, place: place(start))
    }
    var table = section.table()
    #expect(table.text(at: 0x7000_0000_1000) == Self.usual)
    #expect(table.text(at: 0x7000_0000_200F) == Self.usual)
    // Not told apart from a function that really is there.
    #expect(table.text(at: 0x7000_0000_3000) == "needsFallback")
  }

  @Test func searchFindsTheLastStartForAnyDistribution() {
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<200 {
      let count = Int.random(in: 1...60, using: &generator)
      let spread = UInt64(1) << UInt64.random(in: 6...31, using: &generator)
      let starts = (0..<count).map { _ in UInt64.random(in: 0..<spread, using: &generator) }.sorted()
      let entries = starts.compactMap { DescribedFunctions.pack(start: $0 + 0x1000, offset: 5, origin: 0x1000) }
      let index = DescribedFunctions(sorted: entries, origin: 0x1000)
      for _ in 0..<50 {
        let probe = UInt32(UInt64.random(in: 0..<spread + 10, using: &generator))
        #expect(index.lastEntry(at: probe) == starts.lastIndex { $0 <= probe })
      }
    }
  }
}

/// Random numbers that are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state ^ (state >> 29)) &* 0x9E37_79B9_7F4A_7C15
  }
}
