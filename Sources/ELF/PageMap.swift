import Glibc

/// Which pages of a process's memory are there (`/proc/PID/pagemap`; Linux, `admin-guide/mm/pagemap.rst`).
///
/// Reading a page that is not there makes the kernel allocate it, map it or swap it in, in the other process's name. So
/// whoever is only curious asks here first. Needs the same right as reading the memory does.
public struct PageMap: ~Copyable {
  private let descriptor: Int32

  /// Bytes of a page, of the size that the file counts in.
  public static let pageSize = UInt64(max(4_096, sysconf(Int32(_SC_PAGESIZE))))

  /// Pages asked for at once.
  private static let pieceCount = 8_192

  /// Opens the page map of a process; nil when it may not be read.
  public init?(pid: Int32, procFolder: String = "/proc") {
    // SAFETY: the path is a Swift string, which the bridge terminates for the call.
    descriptor = unsafe open("\(procFolder)/\(pid)/pagemap", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// What is known of a page.
  public struct Page: Hashable, Sendable {
    fileprivate var entry: UInt64
    /// Whether it is in memory, and mapped by this process.
    public var isPresent: Bool { entry >> 63 != 0 }
    /// Whether it was moved to swap space.
    public var isSwapped: Bool { entry >> 62 & 1 != 0 }
  }

  /// The pages from the one that holds `address` on, at most `count`; fewer where the address space or the right ends.
  public func pages(from address: UInt64, count: UInt64) -> [Page] {
    var pages: [Page] = []
    var entries = [UInt64](repeating: 0, count: Int(min(count, UInt64(Self.pieceCount))))
    while UInt64(pages.count) < count {
      let wanted = min(entries.count, Int(clamping: count - UInt64(pages.count)))
      guard let offset = off_t(exactly: (address / Self.pageSize + UInt64(pages.count)) &* 8) else { break }
      // SAFETY: the kernel writes at most `wanted` entries to the array, which lives through the call.
      let got = unsafe pread(descriptor, &entries, wanted * 8, offset)
      guard got >= 8 else { break }
      pages += entries.prefix(got / 8).map { Page(entry: UInt64(littleEndian: $0)) }
    }
    return pages
  }

  /// Whether every page of a range satisfies a condition; false where that can't be told.
  public func allSatisfy(_ start: UInt64, count: UInt64, _ condition: (Page) -> Bool) -> Bool {
    let (end, overflow) = start.addingReportingOverflow(count)
    guard !overflow, count > 0, count <= 1 << 30 else { return false }
    let wanted = (end - 1) / Self.pageSize - start / Self.pageSize + 1
    let pages = pages(from: start, count: wanted)
    return UInt64(pages.count) == wanted && pages.allSatisfy(condition)
  }
}
