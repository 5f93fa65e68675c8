import Glibc

/// Which pages of a process are there already, so that reading them makes the kernel allocate nothing for it.
///
/// Reading a page that was never touched maps it: shared memory grows by it. A stack's own pages are there, or swapped
/// out. Source: `Documentation/admin-guide/mm/pagemap.rst`; the flags need no privilege beyond that for reading memory.
struct ResidentPages {
  /// Bytes of a page.
  static let size = UInt64(sysconf(Int32(_SC_PAGESIZE)))

  /// Present (63), swapped out (62).
  private static let isThere: UInt64 = 3 << 62

  /// How many bytes from `address` on, at most `limit`, lie on pages that are there without a gap.
  static func bytes(of pid: Int32, from address: UInt64, limit: UInt64) -> UInt64 {
    guard limit > 0, address < UInt64(Int64.max) - limit else { return 0 }
    let first = address / size
    let count = Int(truncatingIfNeeded: (address + limit - 1) / size - first + 1)
    // SAFETY: opened, read and closed here; the string lives through the call.
    let descriptor = unsafe open("/proc/\(pid)/pagemap", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return 0 }
    defer { close(descriptor) }
    // SAFETY: the kernel writes at most the buffer's bytes, and says how many.
    let entries = unsafe [UInt64](unsafeUninitializedCapacity: count) { buffer, filled in
      let got = unsafe pread(descriptor, buffer.baseAddress, count * 8, off_t(first) * 8)
      filled = max(0, got) / 8
    }
    let present = UInt64(entries.prefix { $0 & isThere != 0 }.count)
    return min(limit, max(address, (first + present) * size) - address)
  }
}
