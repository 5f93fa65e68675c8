import Processes

/// Memory as it was captured: one stretch, and nothing around it.
struct CapturedMemory: ReadableMemory {
  var address: UInt64
  var bytes: [UInt8]

  func read(at address: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(Int(bytesThere(from: address, limit: 1 << 30)), buffer.count)
    guard count > 0 else { return 0 }
    buffer.copyBytes(from: bytes[Int(address - self.address)...].prefix(count))
    return count
  }

  func bytesThere(from address: UInt64, limit: UInt64) -> UInt64 {
    let offset = address &- self.address
    return offset < UInt64(bytes.count) ? min(limit, UInt64(bytes.count) - offset) : 0
  }
}
