import Glibc
import ProfileModel
import Testing
import UnwindTables

@testable import Unwinding

@Suite struct TimedRangesTests {
  @Test func `the range that begins last and holds at the time is asked first`() {
    let ranges = TimedRanges<String>([
      .init(range: 0x1000..<0x2000, since: 0, until: .max, value: "outer"),
      .init(range: 0x1100..<0x1200, since: 10, until: 20, value: "inner"),
      .init(range: 0x1100..<0x1200, since: 20, until: 30, value: "later"),
    ])
    func value(_ address: UInt64, _ time: UInt64) -> String? { ranges.first(at: address, time: time) { $0 } }
    #expect(value(0x1100, 9) == "outer")
    #expect(value(0x1100, 10) == "inner")
    #expect(value(0x11FF, 25) == "later")
    #expect(value(0x1200, 25) == "outer")
    #expect(value(0xFFF, 25) == nil && value(0x2000, 25) == nil && value(.max, 25) == nil)
    // One that has no answer leaves it to the next.
    #expect(ranges.first(at: 0x1100, time: 15) { $0 == "outer" ? $0 : nil } == "outer")
  }
}

#if arch(x86_64)
  @Suite struct RegisteredFramesTests {
    /// Unwinds code of this process that nothing describes but an FDE which says that `frameSize` bytes are on the stack;
    /// the return address lies above 16.
    private func addresses(frameSize: UInt8, returnsTo offset: UInt64, described: UInt64 = 0x200) throws -> [UInt64] {
      let size = 4_096
      let memory = try #require(
        mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
      defer { munmap(memory, size) }
      let code = UnsafeMutableRawBufferPointer(start: memory, count: size)
      for index in code.indices { code[index] = 0x0F }
      // A call by a register, behind which is 0x102; at 0x200 a jump by a register.
      (code[0x100], code[0x101], code[0x200], code[0x201]) = (0xFF, 0xD0, 0xFF, 0xE5)
      let base = UInt64(UInt(bitPattern: memory))
      func bytes(_ value: UInt64, _ count: UInt64) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
      }
      var sections = UnwindTable.Sections()
      sections.ehFrame =
        bytes(0x14, 4) + bytes(0, 4) + [1] + Array("zR".utf8) + [0, 1, 0x78, 0x10, 1, 0, 0x0C, 7, 8, 0x90, 1, 0, 0]
        + bytes(0x18, 4) + bytes(0x1C, 4) + bytes(base + described, 8) + bytes(32, 8) + [0, 0x0E, frameSize, 0]
      let unwinder = TestedUnwinder()
      let mapping = Mapping(
        start: base, end: base + UInt64(size), fileOffset: 0, path: "", isExecutable: true)
      unwinder.map(pid: getpid(), mapping: mapping, module: nil)
      var table = UnwindTable(architecture: .x86_64, sections: sections)
      let ranges = table.functionRanges()
      #expect(ranges == [base + described..<base + described + 32])
      let frames = RegisteredFrames(table)
      unwinder.space(getpid()).registered = TimedRanges(
        ranges.map { .init(range: $0, since: 0, until: .max, value: frames) })
      var registers = UserRegisters()
      registers[UserRegisters.programCounter(.x86_64)] = base + 0x200
      registers[UserRegisters.stackPointer(.x86_64)] = 0x7000_0000
      let stack = bytes(7, 8) + bytes(7, 8) + bytes(base + offset, 8) + [UInt8](repeating: 0, count: 64)
      var result = UnwoundStack()
      _ = unwinder.unwind(
        pid: getpid(), tid: getpid(), motion: .runningOn, registers: registers, stack: stack.rawSpan, into: &result)
      #expect(unwinder.metGeneratedCode)
      return result.frames.map { $0.address &- base }
    }

    @Test func `a rule that leads behind a call is followed`() throws {
      #expect(try addresses(frameSize: 24, returnsTo: 0x102).prefix(2) == [0x200, 0x102])
    }

    @Test func `a rule that leads behind no call, or nowhere, is not believed`() throws {
      #expect(try addresses(frameSize: 24, returnsTo: 0x103) == [0x200])
      #expect(try addresses(frameSize: 24, returnsTo: 0x2000_0000) == [0x200])
      #expect(try addresses(frameSize: 16, returnsTo: 0x102) == [0x200])
    }

    @Test func `a rule for other code is not used`() throws {
      #expect(try addresses(frameSize: 24, returnsTo: 0x102, described: 0x300) == [0x200])
    }
  }
#endif
