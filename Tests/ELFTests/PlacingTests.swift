import ELF
import ProfileModel
import Testing

/// Where a mapping puts an image whose segments share pages of the file.
@Suite struct PlacingTests {
  /// Code in 0x1000..<0x1A34 and, in the same page of the file, 0x1A34..<0x4A00, which lies a page farther in memory.
  private func image() throws -> ELFImage {
    let tiny = TinyImage(extraLoads: [(5, 0x1000, 0x40_1000, 0xA34), (5, 0x1A34, 0x40_2A34, 0x2FCC)])
    return try ELFImage(bytes: tiny.bytes, path: "tiny")
  }

  private let base: UInt64 = 0x7F00_0000_0000

  private func mapping(_ start: UInt64, pages: UInt64, offset: UInt64 = 0x1000) -> Mapping {
    Mapping(start: base + start, end: base + start + pages * 0x1000, fileOffset: offset)
  }

  @Test func `the length of a mapping tells whose segment it is`() throws {
    let image = try image()
    #expect(image.bias(of: mapping(0x40_1000, pages: 1)) == base)
    #expect(image.bias(of: mapping(0x40_2000, pages: 4)) == base)
  }

  @Test func `where it does not, what is known of the image's place does`() throws {
    let image = try image()
    // A part of the second segment, as it is left when its rest was protected otherwise.
    let part = mapping(0x40_2000, pages: 2)
    #expect(image.biases(of: part) == [base + 0x1000, base])
    let known = base
    #expect(image.bias(of: part) { $0 == known } == base)
  }

  @Test func `a program of fixed addresses lies where it says`() throws {
    var bytes = TinyImage(extraLoads: [(5, 0x1000, 0x40_1000, 0xA34), (5, 0x1A34, 0x40_2A34, 0x2FCC)]).bytes
    bytes[16] = 2
    let image = try ELFImage(bytes: bytes, path: "fixed")
    let part = Mapping(start: 0x40_2000, end: 0x40_4000, fileOffset: 0x1000)
    #expect(image.biases(of: part) == [0])
  }
}
