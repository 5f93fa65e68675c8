import Symbolication
import Testing

@testable import Recording

@Suite struct RegisteredProgramTests {
  /// A function's `.eh_frame` in memory: 32 bytes from `start` on, whose frame has `size` bytes.
  private func item(_ start: UInt64, frame size: UInt8, entry: UInt64 = 1) -> RegisteredBytes {
    func bytes(_ value: UInt64, _ count: UInt64) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
    let frames =
      bytes(0x14, 4) + bytes(0, 4) + [1] + Array("zR".utf8) + [0, 1, 0x78, 0x10, 1, 0, 0x0C, 7, 8, 0x90, 1, 0, 0]
      + bytes(0x18, 4) + bytes(0x1C, 4) + bytes(start, 8) + bytes(32, 8) + [0, 0x0E, size, 0]
    return RegisteredBytes(place: .init(kind: .frames, entry: entry, address: 0x9000), bytes: frames)
  }

  private func isCovered(_ program: RegisteredProgram, _ address: UInt64, at time: UInt64) -> Bool {
    program.frames.first(at: address, time: time) { _ in true } ?? false
  }

  @Test func `code whose place was taken between two readings is nobody's in between`() {
    var program = RegisteredProgram()
    let change1 = program.merge([item(0x5000, frame: 16)], isWhole: true, start: 100, end: 110)
    #expect(change1)
    #expect(isCovered(program, 0x5000, at: 50) && isCovered(program, 0x501F, at: 1_000))
    #expect(!isCovered(program, 0x5020, at: 100))
    let change2 = program.merge([item(0x5000, frame: 16)], isWhole: true, start: 200, end: 210)
    #expect(!change2)
    let change3 = program.merge([item(0x5000, frame: 32)], isWhole: true, start: 300, end: 310)
    #expect(change3)
    #expect(isCovered(program, 0x5000, at: 199))
    #expect(!isCovered(program, 0x5000, at: 200) && !isCovered(program, 0x5000, at: 309))
    #expect(isCovered(program, 0x5000, at: 310))
  }

  @Test func `code that is gone, and code that is new, count for the time between the readings`() {
    var program = RegisteredProgram()
    _ = program.merge([item(0x5000, frame: 16)], isWhole: true, start: 100, end: 110)
    _ = program.merge([item(0x6000, frame: 16, entry: 2)], isWhole: true, start: 200, end: 210)
    #expect(isCovered(program, 0x5000, at: 209) && !isCovered(program, 0x5000, at: 210))
    #expect(!isCovered(program, 0x6000, at: 99) && isCovered(program, 0x6000, at: 100))
  }

  @Test func `what a torn list does not show is still there`() {
    var program = RegisteredProgram()
    _ = program.merge([item(0x5000, frame: 16)], isWhole: true, start: 100, end: 110)
    let change4 = program.merge([], isWhole: false, start: 200, end: 210)
    #expect(!change4)
    #expect(isCovered(program, 0x5000, at: 300))
    let change5 = program.merge([], isWhole: true, start: 300, end: 310)
    #expect(change5)
    #expect(!isCovered(program, 0x5000, at: 310))
  }

  @Test func `garbage is kept in mind, and covers nothing`() {
    var program = RegisteredProgram()
    var garbage = item(0x5000, frame: 16)
    garbage.bytes = [UInt8](repeating: 0xFF, count: 64)
    let change6 = program.merge([garbage], isWhole: true, start: 100, end: 110)
    #expect(change6)
    let change7 = program.merge([garbage], isWhole: true, start: 200, end: 210)
    #expect(!change7)
    #expect(!isCovered(program, 0x5000, at: 100))
  }
}
