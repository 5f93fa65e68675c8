import ProfileModel
import Testing

@testable import Unwinding

/// Layouts that the walk relies on, for its speed or its safety.
@Suite struct LayoutTests {
  @Test func registersAre33Words() {
    #expect(MemoryLayout<UserRegisters>.size == 33 * 8)
    #expect(MemoryLayout<UserRegisters>.stride == 33 * 8)
  }

  @Test func registersSurviveTheRegisterFile() {
    var registers = UserRegisters()
    for number in 0..<33 { registers[number] = UInt64(number + 1) }
    let file = RegisterFile()
    file.load(registers, known: .all)
    #expect((0..<33).allSatisfy { file[UInt8($0)] == UInt64($0 + 1) && file.registers[$0] == UInt64($0 + 1) })
    #expect(file[33] == 0 && file[255] == 0)
  }

  @Test func aCodeEntryFitsACacheLine() {
    #expect(MemoryLayout<CodeEntry>.size == 48)
  }

  @Test func aFrameTakesThreeWords() {
    #expect(MemoryLayout<UnwoundStack.Frame>.stride == 24)
  }
}
