import CLinuxPerf

/// The memory of another process, read by `process_vm_readv`, which neither stops nor changes it.
public struct ProcessMemory: Sendable {
  /// Whose memory.
  public var pid: Int32

  /// The memory of process `pid`; nothing is opened.
  public init(pid: Int32) { self.pid = pid }

  /// Reads bytes at `address` into `buffer` and returns how many came before the first page that can't be read.
  ///
  /// Zero where nothing can be read, be it unmapped, not permitted, or the process gone.
  public func read(at address: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard let base = buffer.baseAddress, buffer.count > 0, let start = UInt(exactly: address) else { return 0 }
    // SAFETY: the kernel writes at most `buffer.count` bytes to `buffer`, which the caller keeps alive for the call;
    // the address is one of the other process, which the kernel checks and nobody here follows.
    return unsafe max(0, clp_read_memory(pid, base, start, buffer.count))
  }

  /// Reads exactly `count` bytes at `address` if all of their pages are in memory, so that nothing is allocated, mapped or
  /// swapped in for the reading.
  public func presentBytes(at address: UInt64, count: UInt64, limit: UInt64 = 1 << 20) -> [UInt8]? {
    guard count <= limit, let pages = PageMap(pid: pid), pages.allSatisfy(address, count: count, \.isPresent) else {
      return nil
    }
    return bytes(at: address, count: count, limit: limit)
  }

  /// Reads exactly `count` bytes at `address`; nil when they are not all to be had or more than `limit`.
  public func bytes(at address: UInt64, count: UInt64, limit: UInt64 = 256 << 20) -> [UInt8]? {
    guard count <= limit, let wanted = Int(exactly: count) else { return nil }
    var got = 0
    // SAFETY: `filled` is what the kernel says it has written.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
      got = unsafe read(at: address, into: UnsafeMutableRawBufferPointer(buffer))
      filled = got
    }
    return got == wanted ? bytes : nil
  }
}
