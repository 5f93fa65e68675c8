import Glibc
import ProfileModel
import Testing

@testable import Disassembly

@Suite(.enabled(if: CapstoneLibrary.shared != nil, "libcapstone4 is missing"))
struct DisassemblerTests {
  @Test func tellsInstructionsOneBehindTheOther() throws {
    // push %rbp; mov %rsp, %rbp; call -5; ret
    let code: [UInt8] = [0x55, 0x48, 0x89, 0xE5, 0xE8, 0xF7, 0xFF, 0xFF, 0xFF, 0xC3]
    let found = try Disassembler(.x86_64).instructions(code, at: 0x1000)
    #expect(found.map(\.address) == [0x1000, 0x1001, 0x1004, 0x1009])
    #expect(found.map(\.size) == [1, 3, 5, 1])
    #expect(found.map(\.text) == ["pushq %rbp", "movq %rsp, %rbp", "callq 0x1000", "retq"])
  }

  @Test func goesOnBehindWhatIsNone() throws {
    // An opcode that 64-bit mode has not, then ret.
    let found = try Disassembler(.x86_64).instructions([0x06, 0xC3], at: 0)
    #expect(found.map(\.size) == [1, 1])
    #expect(found.first?.text.hasPrefix(".byte") == true)
    #expect(found.last?.text == "retq")
  }

  @Test func anInstructionCutShortIsBytes() throws {
    let found = try Disassembler(.x86_64).instructions([0xC3, 0xE8, 0x01], at: 0)
    #expect(found.reduce(0) { $0 + $1.size } == 3)
    #expect(try Disassembler(.x86_64).instructions([], at: 0).isEmpty)
  }

  @Test func knowsAllArchitecturesThatAreUnwound() throws {
    #expect(try Disassembler(.aarch64).instructions([0xC0, 0x03, 0x5F, 0xD6], at: 0).map(\.text) == ["ret"])
    #expect(try Disassembler(.i386).instructions([0x40], at: 0).map(\.text) == ["incl %eax"])
  }

  @Test func anyBytesEnd() throws {
    let disassembler = try Disassembler(.x86_64)
    var random = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      let code = (0..<Int.random(in: 1...400, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(disassembler.instructions(code, at: .max - 100).reduce(0) { $0 + $1.size } == code.count)
    }
  }
}
