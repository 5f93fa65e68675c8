import Glibc
import Processes
import ProfileModel
import Sampling
import Symbolication

/// A process's `maps`.
func feedMaps(_ bytes: [UInt8]) {
  for mapping in ProcessMaps.parse(bytes) { precondition(mapping.start < mapping.end, "an impossible mapping") }
}

/// The kernel's symbols.
func feedKernelSymbols(_ bytes: [UInt8]) {
  withFile(of: bytes) { descriptor in
    var symbols = KernelSymbols()
    symbols.path = "/proc/self/fd/\(descriptor)"
    _ = symbols.isVisible
    _ = symbols.symbolize(addresses: (0..<512).map { 0xffff_ffff_8100_0000 + $0 * 0x135 } + [.max - 1, .max])
  }
}

/// What the kernel writes into a ring; the first byte says where the ring's end cuts it.
func feedPerfRecords(_ bytes: [UInt8]) {
  guard let first = bytes.first else { return }
  let records = Array(bytes.dropFirst().prefix(1 << 16))
  for hasCallChain in [false, true] {
    var reader = RecordReader(ringCapacity: 1 << 17, start: UInt64(first) << 9, hasCallChain: hasCallChain)
    var handler = Eater()
    reader.append(records)
    reader.read(handler: &handler)
  }
}

/// Looks at all that it is told.
private struct Eater: SamplingHandler, ~Copyable {
  var sum: UInt64 = 0

  mutating func sample(_ sample: borrowing RawSample) {
    sample.stack.withUnsafeBytes { for byte in $0 { sum &+= UInt64(byte) } }
    for index in sample.kernelChain.indices { sum &+= sample.kernelChain[index] }
  }
  mutating func event(_ event: ProcessEvent) { sum &+= UInt64("\(event)".utf8.count) }
  mutating func lost(_ count: UInt64, time: UInt64) { sum &+= count }
  mutating func throttled(time: UInt64) { sum &+= 1 }
}
