import BinaryReading
import Glibc
import ProfileModel
import Testing

@testable import Sampling

@Suite struct TraceStopTests {
  @Test(
    arguments: [
      (0x0700, .exited(status: 7)), (9, .killed(signal: 9)), (0x8B, .killed(signal: 11)),
      (0x80_057F, .interrupted), (0x80_137F, .groupStop(signal: SIGSTOP)), (0x80_147F, .groupStop(signal: SIGTSTP)),
      (0x01_057F, .made), (0x02_057F, .made), (0x03_057F, .made), (0x04_057F, .replaced), (0x06_057F, .other),
      (0x0A7F, .signal(SIGUSR1)), (0x057F, .signal(SIGTRAP)), (0x137F, .signal(SIGSTOP)),
    ] as [(Int32, TraceStop)])
  func readsWaitStatuses(status: Int32, expected: TraceStop) {
    #expect(TraceStop(waitStatus: status) == expected)
  }

  @Test func numbersX86RegisterSetsAsDWARFDoes() throws {
    var set = RecordBytes(0)
    for position in 0..<27 { set.add(UInt64(0x100 + position)) }
    let parsed = UserRegisters(registerSet: set.body.rawSpan, architecture: .x86_64)
    let registers = try #require(parsed)
    let expected: [UInt64] = [10, 12, 11, 5, 13, 14, 4, 19, 9, 8, 7, 6, 3, 2, 1, 0, 16].map { 0x100 + $0 }
    #expect((0..<17).map { registers[$0] } == expected)
  }

  @Test func numbersArmRegisterSetsAsDWARFDoes() throws {
    var set = RecordBytes(0)
    for position in 0..<34 { set.add(UInt64(0x100 + position)) }
    let parsed = UserRegisters(registerSet: set.body.rawSpan, architecture: .aarch64)
    let registers = try #require(parsed)
    #expect((0..<33).map { registers[$0] } == (0..<33).map { UInt64(0x100 + $0) })
  }

  @Test func numbersNarrowRegisterSetsAsDWARFDoes() throws {
    var set = RecordBytes(0)
    for position in 0..<17 { set.add(UInt32(0x100 + position)) }
    let parsed = UserRegisters(registerSet: set.body.rawSpan, architecture: .i386)
    let registers = try #require(parsed)
    // eax ecx edx ebx esp ebp esi edi eip
    let expected: [UInt64] = [6, 1, 2, 0, 15, 5, 3, 4, 12].map { 0x100 + $0 }
    #expect((0..<9).map { registers[$0] } == expected)
  }

  @Test(arguments: [0, 8, 68, 215, 217, 512])
  func hasNoRegistersOfOtherSets(size: Int) {
    let bytes = [UInt8](repeating: 1, count: size)
    let registers = UserRegisters(registerSet: bytes.rawSpan, architecture: .x86_64)
    #expect(registers == nil)
  }

  @Test(
    arguments: [
      ("123 456 7\n", 123, 456), ("123 456", 123, 456), ("0 0 0\n", 0, 0), ("", nil, nil), ("12", nil, nil),
      (" 1 2", nil, nil), ("x", nil, nil),
    ] as [(String, UInt64?, UInt64?)])
  func readsScheduleTimes(line: String, ran: UInt64?, waited: UInt64?) {
    let times = ScheduleTimes.parse(Array(line.utf8).rawSpan)
    #expect(times?.ran == ran)
    #expect(times?.waited == waited)
  }
}

@Suite struct PauseStatisticsTests {
  @Test func isExactWithinASixteenth() {
    var generator = SeededGenerator(state: 7)
    for magnitude in 0..<63 {
      var pauses = PauseStatistics()
      let value = UInt64.random(in: 0...(1 << UInt64(magnitude)), using: &generator)
      pauses.add(value)
      pauses.add(.max)
      #expect(pauses.percentile(0.5) >= value)
      #expect(pauses.percentile(0.5) - value <= value / 16)
    }
  }

  @Test func knowsRanks() {
    var pauses = PauseStatistics()
    #expect(pauses.percentile(0.5) == 0)
    for pause in 1...100 { pauses.add(UInt64(pause) * 1000) }
    #expect(pauses.count == 100)
    #expect(pauses.longest == 100_000)
    #expect((50_000...53_200).contains(pauses.percentile(0.5)))
    #expect((99_000...100_000).contains(pauses.percentile(0.99)))
    #expect(pauses.percentile(1) == 100_000)
    #expect((1000...1063).contains(pauses.percentile(0)))
  }
}
