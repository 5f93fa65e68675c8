import BinaryReading
import ELF
import ProfileModel
import Testing

@Suite struct ELFImageTests {
  @Test func readsTheProgramThatRunsThisTest() throws {
    let image = try ELFImage(file: FileReader(path: "/proc/self/exe"))
    #expect(image.architecture == .host)
    #expect(image.sectionProblem == nil)
    #expect(image.segment(ofType: .ehFrameHeader) != nil)
    let text = try #require(image.section(named: ".text"))
    let start = try image.contents(of: text).prefix(16)
    #expect(try image.read(address: text.address, count: 16) == Array(start))
    #expect(image.statedAddress(fileOffset: text.offset) == text.address)
  }

  @Test func readsSegmentsAndBuildIDOfAnImageInMemory() throws {
    let image = try ELFImage(bytes: TinyImage().bytes, path: "tiny")
    #expect(image.type == .shared)
    #expect(image.architecture == .x86_64)
    #expect(image.buildID?.description == "0102030405060708")
    #expect(image.segments.count == 2)
    #expect(try image.read(address: 0x40_0000, count: 4) == [0x7F, 0x45, 0x4C, 0x46])
    #expect(image.bytesAvailable(at: 0x40_0010) == UInt64(image.segments[0].fileSize - 0x10))
  }

  @Test func mapsAPageThatStartsBeforeItsSegment() throws {
    var tiny = TinyImage()
    tiny.loadOffset = 0x1_0E10
    tiny.loadAddress = 0x2_1E10
    tiny.loadSize = 0x5000
    let image = try ELFImage(bytes: tiny.bytes, path: "tiny")
    #expect(image.statedAddress(fileOffset: 0x1_0000) == 0x2_1000)
    #expect(image.statedAddress(fileOffset: 0x1_4000) == 0x2_5000)
    #expect(image.statedAddress(fileOffset: 0x1_5E10) == nil)
    #expect(
      image.bias(of: Mapping(start: 0x7F00_0000_0000, end: 0x7F00_0000_5000, fileOffset: 0x1_0000)) == 0x7EFF_FFFD_F000)
  }

  /// As lld lays images out: the page where one segment ends is the one where the next begins.
  @Test func tellsSegmentsOfOnePageApartByWhatMayBeExecuted() throws {
    var tiny = TinyImage()
    tiny.extraLoads = [(4, 0, 0, 0x1_1BBC), (5, 0x1_1BC0, 0x1_2BC0, 0x7_7230), (6, 0x8_8DF0, 0x8_ADF0, 0x58F0)]
    tiny.loadSize = 0
    let image = try ELFImage(bytes: tiny.bytes, path: "tiny")
    #expect(image.statedAddress(fileOffset: 0x1_1000, isExecutable: true) == 0x1_2000)
    #expect(image.statedAddress(fileOffset: 0x1_1000, isExecutable: false) == 0x1_1000)
    #expect(image.statedAddress(fileOffset: 0x8_8000, isExecutable: false) == 0x8_A000)
    #expect(image.statedAddress(fileOffset: 0x8_8000, isExecutable: true) == 0x8_9000)
  }

  @Test(arguments: 0..<64)
  func refusesEveryShorterHeader(length: Int) {
    let bytes = Array(TinyImage().bytes.prefix(length))
    #expect(throws: ELFError.notELF(path: "short")) { try ELFImage(bytes: bytes, path: "short") }
  }

  @Test func keepsSegmentsWhenSectionsAreDamaged() throws {
    var tiny = TinyImage()
    tiny.sectionTable = UInt64.max - 7
    tiny.sectionCount = 3
    let image = try ELFImage(bytes: tiny.bytes, path: "tiny")
    #expect(image.sections.isEmpty)
    #expect(image.sectionProblem != nil)
    #expect(image.buildID != nil)
  }

  @Test func refusesAHugeSectionCountInTheFirstSection() throws {
    var tiny = TinyImage()
    tiny.sectionTable = 0x40
    tiny.sectionCount = 0
    tiny.firstSectionSize = 1 << 63
    let image = try ELFImage(bytes: tiny.bytes, path: "tiny")
    #expect(image.sections.isEmpty)
    guard case .overLimit(_, "sections", 1 << 63, _)? = image.sectionProblem else {
      Issue.record("problem is \(String(describing: image.sectionProblem))")
      return
    }
  }

  @Test func refusesToReadSizesPastTheFile() throws {
    var tiny = TinyImage()
    (tiny.sectionTable, tiny.sectionCount) = (0x40, 1)
    let image = try ELFImage(bytes: tiny.bytes, path: "tiny")
    var huge = try #require(image.sections.first)
    (huge.type, huge.offset, huge.size) = (.programBits, 16, 1 << 63)
    #expect(throws: ELFError.self) { try image.contents(of: huge) }
    var past = huge
    (past.offset, past.size) = (UInt64.max, 16)
    #expect(throws: ELFError.self) { try image.contents(of: past) }
    #expect(throws: ELFError.self) { try image.read(address: 0x40_0000, count: Int.max) }
    #expect(throws: ELFError.self) { try image.read(address: UInt64.max, count: 1) }
    #expect(throws: ELFError.self) { try image.read(address: 0x40_0000, count: -1) }
  }

  @Test func refusesOtherWordSizes() {
    var bytes = TinyImage().bytes
    bytes[4] = 3
    #expect(throws: ELFError.unsupportedFormat(path: "x", fileClass: 3, dataEncoding: 1)) {
      try ELFImage(bytes: bytes, path: "x")
    }
  }

  /// Any single changed byte is either harmless or refused; reading on never traps.
  @Test func survivesEveryFlippedByte() {
    let good = TinyImage().bytes
    for position in good.indices {
      for mask in [0x01, 0x80, 0xFF] as [UInt8] {
        var bytes = good
        bytes[position] ^= mask
        guard let image = try? ELFImage(bytes: bytes, path: "flipped") else { continue }
        for section in image.sections { _ = try? image.contents(of: section) }
        for segment in image.segments { _ = try? image.read(address: segment.virtualAddress, count: 8) }
        _ = image.statedAddress(fileOffset: 0x1000)
        _ = image.debugLink
        _ = image.altLink
      }
    }
  }
}
