import BinaryReading
import CLinuxPerf
import ProfileModel
import Testing

@testable import Sampling

@Suite struct RawSampleTests {
  private static let kernel = UInt64(bitPattern: -128)
  private static let user = UInt64(bitPattern: -512)

  private func read<R>(
    _ record: RecordBytes, architecture: Architecture = .x86_64, hasCallChain: Bool = false,
    _ body: (borrowing RawSample) -> R
  ) throws -> R {
    let bytes = record.bytes()
    let sample = try RawSample(
      perfRecord: bytes.rawSpan, layout: SampleLayout(hasCallChain: hasCallChain, architecture: architecture))
    return body(sample)
  }

  @Test func readsFixedFields() throws {
    try read(.sample(time: 77)) {
      #expect($0.time == 77)
      #expect($0.pid == 7)
      #expect($0.tid == 8)
      #expect($0.cpu == 3)
      #expect($0.period == 2_004_008)
      #expect($0.stack.byteCount == 0)
      #expect($0.kernelChain.count == 0)
    }
  }

  @Test func numbersX86RegistersAsDWARFDoes() throws {
    let registers = try #require(try read(.sample()) { $0.registers })
    // The kernel's order: ax bx cx dx si di bp sp ip, r8 to r15.
    let expected: [UInt64] = [
      0x100, 0x103, 0x102, 0x101, 0x104, 0x105, 0x106, 0x107, 0x109, 0x10A, 0x10B, 0x10C, 0x10D, 0x10E, 0x10F, 0x110,
      0x108,
    ]
    #expect((0..<17).map { registers[$0] } == expected)
  }

  @Test func numbersArmRegistersAsDWARFDoes() throws {
    let record = RecordBytes.sample(architecture: .aarch64)
    let registers = try #require(try read(record, architecture: .aarch64) { $0.registers })
    #expect((0..<33).map { registers[$0] } == (0..<33).map { UInt64(0x100 + $0) })
  }

  @Test func matchesTheMaskOfRegistersAskedFor() {
    #expect(X86_64PerfRegisters.mask.nonzeroBitCount == X86_64PerfRegisters.count)
    #expect(AArch64PerfRegisters.mask.nonzeroBitCount == AArch64PerfRegisters.count)
  }

  /// A sample of a waker, as Linux 6.18 writes it: what a program says of it is padded, and its length is that with padding.
  private static func wake(size: UInt32 = 20) -> [UInt8] {
    var record = RecordBytes(PERF_RECORD_SAMPLE.rawValue)
    record.add(Int32(7), Int32(8), UInt64(1000), UInt64(55), UInt32(3), UInt32(0))
    record.add(UInt64(2), kernel, UInt64(1))
    record.add(size, Int32(12), Int32(11), UInt64(990), UInt32(0))
    record.add(UInt64(0), UInt64(0))
    return record.bytes()
  }

  @Test func readsWhomAWakerWakes() throws {
    let layout = SampleLayout(hasCallChain: false, hasEventNumber: true).ofWakes
    let bytes = Self.wake()
    let sample = try RawSample(perfRecord: bytes.rawSpan, layout: layout)
    #expect(sample.woken == WokenThread(pid: 11, tid: 12, leftAt: 990))
    #expect(sample.pid == 7 && sample.tid == 8 && sample.cpu == 3 && sample.kernelChain.count == 1)
    // Lengths that are none end the reading.
    for size in [0, 4, 15, 21, 28, 1 << 20, UInt32.max] {
      let bytes = Self.wake(size: size)
      let woken = (try? RawSample(perfRecord: bytes.rawSpan, layout: layout))?.woken
      #expect(woken == nil || woken?.leftAt == 990)
    }
  }

  @Test func handsOutOnlyStackBytesThatWereCopied() throws {
    let stack = [UInt8](0..<64)
    try read(.sample(stack: stack, valid: 24)) {
      #expect($0.stack.byteCount == 24)
      #expect((try? $0.stack.load(at: 23, as: UInt8.self)) == 23)
    }
    try read(.sample(stack: stack, valid: .max)) { #expect($0.stack.byteCount == 64) }
  }

  @Test func hasNoRegistersForKernelThreads() throws {
    try read(.sample(abi: 0)) {
      #expect($0.registers == nil)
      #expect($0.architecture == .x86_64)
    }
  }

  /// They come in the places of 64-bit ones; what stands in those of r8 to r15 is nobody's.
  @Test func numbersRegistersOfNarrowProgramsAsDWARFDoes() throws {
    try read(.sample(abi: 1, stack: [UInt8](repeating: 1, count: 16))) {
      #expect($0.architecture == .i386)
      let registers = $0.registers
      let expected: [UInt64] = [0x100, 0x102, 0x103, 0x101, 0x107, 0x106, 0x104, 0x105, 0x108, 0, 0]
      #expect((0..<11).map { registers?[$0] } == expected)
      #expect($0.stack.byteCount == 16)
    }
  }

  /// During a system call the kernel has no ebx, and says -1 in 64 bits.
  @Test func narrowRegistersHaveNoUpperHalf() throws {
    var record = RecordBytes.sample(abi: 1)
    let first = record.body.count - 8 * UserRegisters.perfCount(.x86_64) - 8
    for index in first..<first + 16 { record.body[index] = 0xFF }
    try read(record) {
      #expect($0.registers?[0] == 0xFFFF_FFFF)
      #expect($0.registers?[3] == 0xFFFF_FFFF)
    }
  }

  @Test func saysWhereNarrowProgramsCannotBeUnwound() throws {
    let record = RecordBytes.sample(abi: 1, stack: [UInt8](repeating: 1, count: 16), architecture: .aarch64)
    try read(record, architecture: .aarch64) {
      #expect($0.architecture == nil && $0.registers == nil)
      #expect($0.stack.byteCount == 0)
    }
  }

  @Test(
    arguments: [
      ([], []), ([kernel, 1, 2], [1, 2]), ([kernel], []), ([user, 5, 6], []), ([kernel, 1, user, 5], [1]),
      ([user, 5, kernel, 1], [1]), ([1, 2], []),
    ] as [([UInt64], [UInt64])])
  func keepsTheKernelPartOfTheChain(chain: [UInt64], expected: [UInt64]) throws {
    try read(.sample(chain: chain), hasCallChain: true) { sample in
      #expect(sample.kernelChain.indices.map { sample.kernelChain[$0] } == expected)
    }
  }

  @Test func refusesLengthsThatDoNotFit() {
    var chain = RecordBytes.sample(chain: [])
    chain.body.replaceSubrange(32..<40, with: [UInt8](repeating: 0xFF, count: 8))
    #expect(throws: BinaryReadingError.self) { try read(chain, hasCallChain: true) { _ in } }
    var stack = RecordBytes.sample(stack: [UInt8](repeating: 0, count: 8))
    stack.body[40 + 17 * 8] = 9
    #expect(throws: BinaryReadingError.self) { try read(stack) { _ in } }
    stack.body.replaceSubrange((40 + 17 * 8)..<(48 + 17 * 8), with: [UInt8](repeating: 0xFF, count: 8))
    #expect(throws: BinaryReadingError.self) { try read(stack) { _ in } }
  }

  @Test func survivesAnyBytes() {
    let seed: UInt64 = 0x5EED
    print("seed \(seed)")
    var generator = SeededGenerator(state: seed)
    let types = (0..<24).map { UInt32($0) }
    let starts = [
      RecordBytes.sample(chain: [Self.kernel, 1, 2], stack: [UInt8](repeating: 9, count: 64)).bytes(),
      RecordBytes.mmap2(start: 0x1000, length: 0x1000, path: "/lib/x", time: 5).bytes(),
      RecordBytes.comm(name: "name", time: 5).bytes(),
    ]
    for _ in 0..<20_000 {
      var bytes = starts[Int.random(in: 0..<starts.count, using: &generator)]
      for _ in 0..<Int.random(in: 0...6, using: &generator) {
        let position = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[position] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
      }
      bytes.removeLast(Int.random(in: 0...bytes.count, using: &generator) * Int.random(in: 0...1, using: &generator))
      let type = types.randomElement(using: &generator) ?? 0
      _ = try? PerfRecord.parse(
        type: type, misc: UInt16.random(in: 0...UInt16.max, using: &generator), bytes: bytes.rawSpan)
      for hasCallChain in [true, false] {
        guard let sample = try? RawSample(perfRecord: bytes.rawSpan, layout: SampleLayout(hasCallChain: hasCallChain))
        else { continue }
        #expect(sample.stack.byteCount + 8 * sample.kernelChain.count <= bytes.count)
      }
    }
  }
}
