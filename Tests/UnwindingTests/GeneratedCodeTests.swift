import ProfileModel
import Testing

@testable import Unwinding

@Suite struct GeneratedCodeTests {
  /// `.eh_frame` of code whose frame has `size` bytes from its first instruction on; it lies behind the code.
  private static func frames(codeSize: UInt32, frameSize: UInt8) -> [UInt8] {
    let common: [UInt8] =
      [0x14, 0, 0, 0, 0, 0, 0, 0, 1] + Array("zR".utf8) + [0, 1, 0x78, 0x10, 1, 0x1B, 0x0C, 7, 8, 0x90, 1, 0, 0]
    let distance = 0 &- ((codeSize + 7) & ~7 + UInt32(common.count) + 8)
    func bytes(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    return common + bytes(20) + bytes(UInt32(common.count) + 4) + bytes(distance) + bytes(codeSize)
      + [0, 0x0E, frameSize, 0, 0, 0, 0, 0]
  }

  private static func add(_ code: inout GeneratedCode, at start: UInt64, size: UInt64, frame: UInt8, time: UInt64) {
    code.add(
      [(start..<start + size, time, frames(codeSize: UInt32(size), frameSize: frame), start + (size + 7) & ~7)],
      architecture: .x86_64)
  }

  @Test func `code that takes another's place has its own rule from then on`() {
    var code = GeneratedCode()
    Self.add(&code, at: 0x1000, size: 0x20, frame: 16, time: 100)
    Self.add(&code, at: 0x1010, size: 0x20, frame: 32, time: 200)
    #expect(code.rule(at: 0x1018, time: 150)?.cfaOffset == 16)
    #expect(code.rule(at: 0x1018, time: 250)?.cfaOffset == 32)
    // What the new code has overwritten in part is over as a whole.
    #expect(code.rule(at: 0x1008, time: 250) == nil)
    #expect(code.rule(at: 0x1008, time: 199)?.cfaOffset == 16)
    // A record may be written a little later than the code runs.
    #expect(code.rule(at: 0x1028, time: 50)?.cfaOffset == 32)
    #expect(code.rule(at: 0x1030, time: 250) == nil)
    #expect(code.rule(at: 0xFFF, time: 250) == nil)
  }

  @Test func `garbage is no rule`() {
    var code = GeneratedCode()
    var generator = SystemRandomNumberGenerator()
    for length in 0..<200 {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
      code.add([(0x2000..<0x2100, UInt64(length), bytes, 0x2100)], architecture: .x86_64)
      for address in 0x2000..<0x2100 as Range<UInt64> { _ = code.rule(at: address, time: UInt64(length)) }
    }
  }
}

@Suite struct EpilogueTests {
  @Test(
    arguments: [
      // CPython's trampoline, behind its call and before it.
      ([0x48, 0x83, 0xC4, 0x08, 0xC3], [.move(8)]),
      ([0x48, 0x83, 0xEC, 0x08, 0xFF, 0xD1, 0x48, 0x83, 0xC4, 0x08, 0xC3], [.move(-8), .move(8)]),
      (
        [0x48, 0x81, 0xC4, 0x00, 0x01, 0x00, 0x00, 0x5B, 0x41, 0x5C, 0x5D, 0xC3],
        [.move(256), .pop(3), .pop(12), .pop(6)]
      ),
      ([0xC9, 0xC3], [.leave, .pop(6)]),
    ] as [([UInt8], [Epilogue.Step])])
  func `straight code is read to its return`(code: [UInt8], steps: [Epilogue.Step]) {
    let padded = code + [UInt8](repeating: 0xCC, count: Epilogue.reach - code.count)
    #expect(Epilogue(x86_64: padded)?.steps == steps)
  }

  @Test(
    arguments: [
      [0x74, 0x02, 0xC3],  // je
      [0x5C, 0xC3],  // pop %rsp
      [0x48, 0x83, 0xC0, 0x08, 0xC3],  // add $8, %rax: not of interest, and not known
      [0x48, 0x83],
      [],
    ] as [[UInt8]])
  func `what branches or is not known is left alone`(code: [UInt8]) {
    #expect(Epilogue(x86_64: code) == nil)
  }
}
