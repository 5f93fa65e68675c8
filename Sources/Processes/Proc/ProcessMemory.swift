import CLinuxPerf

/// Memory of a process that can be read: a live one's, or what was captured of it.
package protocol ReadableMemory: Sendable {
  /// Reads bytes at `address` into `buffer` and returns how many came before the first page that can't be read.
  func read(at address: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Int

  /// How many of `limit` bytes from `address` on, without a gap, can be read without the process growing by it.
  func bytesThere(from address: UInt64, limit: UInt64) -> UInt64
}

extension ReadableMemory {
  /// Reads exactly `count` bytes at `address`; nil when they are not all to be had or more than `limit`.
  package func bytes(at address: UInt64, count: UInt64, limit: UInt64 = 256 << 20) -> [UInt8]? {
    guard count <= limit, let wanted = Int(exactly: count) else { return nil }
    var got = 0
    // SAFETY: `filled` is what `read` says it has written.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
      got = unsafe read(at: address, into: UnsafeMutableRawBufferPointer(buffer))
      filled = got
    }
    return got == wanted ? bytes : nil
  }
}

/// Memory of which nothing is to be had.
package struct NoMemory: ReadableMemory {
  /// None.
  package init() {}

  /// Nothing.
  package func read(at address: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Int { 0 }

  /// None.
  package func bytesThere(from address: UInt64, limit: UInt64) -> UInt64 { 0 }
}

/// The memory of another process, read by `process_vm_readv`, which neither stops nor changes it.
package struct ProcessMemory: ReadableMemory {
  /// Whose memory.
  package var pid: Int32

  /// The memory of process `pid`; nothing is opened.
  package init(pid: Int32) { self.pid = pid }

  /// Reads bytes at `address` into `buffer` and returns how many came before the first page that can't be read.
  ///
  /// Zero where nothing can be read, be it unmapped, not permitted, or the process gone.
  package func read(at address: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard let base = buffer.baseAddress, buffer.count > 0, let start = UInt(exactly: address) else { return 0 }
    // SAFETY: the kernel writes at most `buffer.count` bytes to `buffer`, which the caller keeps alive for the call;
    // the address is one of the other process, which the kernel checks and nobody here follows.
    return unsafe max(0, clp_read_memory(pid, base, start, buffer.count))
  }

  /// Reads exactly `count` bytes at `address` if all of their pages are in memory, so that nothing is allocated, mapped or
  /// swapped in for the reading.
  package func presentBytes(at address: UInt64, count: UInt64, limit: UInt64 = 1 << 20) -> [UInt8]? {
    guard count <= limit, let pages = PageMap(pid: pid), pages.allSatisfy(address, count: count, \.isPresent) else {
      return nil
    }
    return bytes(at: address, count: count, limit: limit)
  }

  /// How many of `limit` bytes from `address` on lie on pages that are there, without a gap.
  package func bytesThere(from address: UInt64, limit: UInt64) -> UInt64 {
    PageMap(pid: pid)?.bytesThere(from: address, limit: limit) ?? 0
  }
}
