import Glibc

/// Which pages of a process's memory are there, by `/proc/PID/task/TID/pagemap`
/// (Documentation/admin-guide/mm/pagemap.rst).
///
/// Reading a page that its process has never touched makes the kernel give it one, and for shared memory that one is
/// charged to the process. A stack is used from its stack pointer up, so that reading ends where a page is missing.
final class ResidentPages {
  private let descriptor: Int32
  private let pageSize = UInt64(max(1, sysconf(Int32(_SC_PAGESIZE))))

  /// Bit 63: in memory; bit 62: swapped out.
  private static let isThere: UInt64 = 0b11 << 62
  /// Pages that are asked for at a time.
  private static let most = 32

  /// The pages of the program that a thread runs now; after an exec they are another's.
  init(pid: Int32, tid: Int32) {
    // SAFETY: the path is terminated by the bridge.
    descriptor = unsafe open("/proc/\(pid)/task/\(tid)/pagemap", O_RDONLY | O_CLOEXEC)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// How many of `limit` bytes from `address` on lie in pages that are there; all, where the kernel doesn't tell.
  func byteCount(from address: UInt64, limit: Int) -> Int {
    guard descriptor >= 0 else { return limit }
    let first = address / pageSize
    let offset = address % pageSize
    let wanted = min(Self.most, (Int(offset) + limit + Int(pageSize) - 1) / Int(pageSize))
    let pages = unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Self.most) { entries in
      // SAFETY: at most `wanted` entries are written, and only those written are read.
      let got = unsafe pread(descriptor, entries.baseAddress, wanted * 8, Int(clamping: first &* 8)) / 8
      var count = 0
      while count < got, unsafe entries[count] & Self.isThere != 0 { count += 1 }
      return count
    }
    return pages == 0 ? 0 : min(limit, pages * Int(pageSize) - Int(offset))
  }
}
