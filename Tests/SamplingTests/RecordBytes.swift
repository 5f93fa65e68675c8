import CLinuxPerf
import Processes
import ProfileModel

@testable import Sampling

/// Builds perf records byte by byte, as the kernel writes them.
struct RecordBytes {
  var type: UInt32
  var misc: UInt16 = 0
  var body: [UInt8] = []

  init(_ type: UInt32, misc: UInt16 = 0) {
    self.type = type
    self.misc = misc
  }

  mutating func add(_ values: any FixedWidthInteger...) {
    for value in values {
      func bytes<T: FixedWidthInteger>(_ value: T) {
        withUnsafeBytes(of: value.littleEndian) { body += $0 }
      }
      bytes(value)
    }
  }

  /// A string, its zero, and zeros up to a multiple of 8.
  mutating func add(text: String) {
    body += text.utf8
    repeat { body.append(0) } while !body.count.isMultiple(of: 8)
  }

  /// The whole record; `size` overrides what the header says.
  func bytes(size: Int? = nil) -> [UInt8] {
    var header = RecordBytes(0)
    header.add(type, misc, UInt16(truncatingIfNeeded: size ?? 8 + body.count))
    return header.body + body
  }

  static func comm(
    pid: Int32 = 7, tid: Int32 = 8, name: String, isExec: Bool = false, time: UInt64
  ) -> RecordBytes {
    var record = RecordBytes(PERF_RECORD_COMM.rawValue, misc: isExec ? UInt16(PERF_RECORD_MISC_COMM_EXEC) : 0)
    record.add(pid, tid)
    record.add(text: name)
    record.addTrailer(time: time)
    return record
  }

  static func exit(pid: Int32 = 7, tid: Int32 = 8, time: UInt64) -> RecordBytes {
    var record = RecordBytes(PERF_RECORD_EXIT.rawValue)
    record.add(pid, Int32(1), tid, Int32(1), time)
    record.addTrailer(time: time)
    return record
  }

  static func mmap2(
    start: UInt64, length: UInt64, protection: UInt32 = 5, path: String, time: UInt64
  ) -> RecordBytes {
    var record = RecordBytes(PERF_RECORD_MMAP2.rawValue)
    record.add(Int32(7), Int32(8), start, length, UInt64(0x2000), UInt32(8), UInt32(1), UInt64(99), UInt64(0))
    record.add(protection, UInt32(2))
    record.add(text: path)
    record.addTrailer(time: time)
    return record
  }

  /// A sample with `registers[n] == 0x100 + n` in the kernel's order.
  static func sample(
    time: UInt64 = 1000, chain: [UInt64]? = nil, abi: UInt64 = 2, stack: [UInt8] = [], valid: UInt64? = nil,
    architecture: Architecture = .x86_64
  ) -> RecordBytes {
    var record = RecordBytes(PERF_RECORD_SAMPLE.rawValue)
    record.add(Int32(7), Int32(8), time, UInt32(3), UInt32(0), UInt64(2_004_008))
    if let chain {
      record.add(UInt64(chain.count))
      for address in chain { record.add(address) }
    }
    record.add(abi)
    if abi != 0 {
      for register in 0..<UserRegisters.perfCount(architecture) { record.add(UInt64(0x100 + register)) }
    }
    record.add(UInt64(stack.count))
    record.body += stack
    if !stack.isEmpty { record.add(valid ?? UInt64(stack.count)) }
    return record
  }

  mutating func addTrailer(time: UInt64) { add(Int32(7), Int32(8), time, UInt32(0), UInt32(0)) }
}

/// Keeps what a sampler hands over.
struct Collector: SamplingHandler {
  struct Seen: Hashable {
    var time: UInt64
    var pid: Int32
    var tid: Int32
    var hasRegisters: Bool
    var knownRegisters: KnownRegisters
    var stackBytes: Int
    var kernelFrames: Int
    var instruction: UInt64
  }
  var samples: [Seen] = []
  var events: [ProcessEvent] = []
  var lost: UInt64 = 0
  var throttles = 0

  mutating func sample(_ sample: borrowing RawSample) {
    samples.append(
      Seen(
        time: sample.time, pid: sample.pid, tid: sample.tid, hasRegisters: sample.registers != nil,
        knownRegisters: sample.knownRegisters, stackBytes: sample.stack.byteCount,
        kernelFrames: sample.kernelChain.count,
        instruction: sample.registers?[UserRegisters.programCounter(.host)] ?? 0))
  }
  mutating func event(_ event: ProcessEvent) { events.append(event) }
  mutating func lost(_ count: UInt64, time: UInt64) { lost += count }
  mutating func throttled(time: UInt64) { throttles += 1 }
}

/// A repeatable source of numbers (splitmix64).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
