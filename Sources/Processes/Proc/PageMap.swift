import Glibc

/// Which pages of a process's memory are there (`/proc/PID/pagemap`; Linux, `admin-guide/mm/pagemap.rst`).
///
/// Reading a page that is not there makes the kernel allocate it, map it or swap it in, in the other process's name. So
/// whoever is only curious asks here first. Needs the same right as reading the memory does.
package final class PageMap: Sendable {
  private let descriptor: Int32

  /// Bytes of a page, of the size that the file counts in.
  package static let pageSize = UInt64(max(4_096, sysconf(Int32(_SC_PAGESIZE))))

  /// Pages asked for at once.
  private static let pieceCount = 8_192
  /// Pages asked for at once where only their first ones are likely to matter.
  private static let shortPieceCount = 32

  /// Opens the page map of the program that a process runs now; after an exec it goes on telling of that memory, which
  /// is no more. Nil when it may not be read.
  ///
  /// - Parameter tid: A thread of it, where its first thread may have ended already.
  package init?(pid: Int32, tid: Int32? = nil, procFolder: String = "/proc") {
    let folder = tid.map { "\(procFolder)/\(pid)/task/\($0)" } ?? "\(procFolder)/\(pid)"
    // SAFETY: the path is a Swift string, which the bridge terminates for the call.
    descriptor = unsafe open("\(folder)/pagemap", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// What is known of a page.
  package struct Page: Hashable, Sendable {
    fileprivate var entry: UInt64
    /// Whether it is in memory, and mapped by this process.
    package var isPresent: Bool { entry >> 63 != 0 }
    /// Whether it was moved to swap space.
    package var isSwapped: Bool { entry >> 62 & 1 != 0 }
    /// Whether the process has it, be it in memory or in swap space: reading it allocates nothing.
    package var isThere: Bool { entry >> 62 != 0 }
  }

  /// The pages from the one that holds `address` on, at most `count`; fewer where the address space or the right ends.
  package func pages(from address: UInt64, count: UInt64) -> [Page] {
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

  /// How many of `limit` bytes from `address` on lie on pages that are there, without a gap. Allocates nothing.
  package func bytesThere(from address: UInt64, limit: UInt64) -> UInt64 {
    let offset = address % Self.pageSize
    guard limit > 0, limit <= UInt64(Int.max) - offset else { return 0 }
    let first = address / Self.pageSize
    let wanted = (offset + limit + Self.pageSize - 1) / Self.pageSize
    // SAFETY: at most the buffer's entries are written, and only those written are read.
    let there = unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Self.shortPieceCount) { entries in
      var count: UInt64 = 0
      while count < wanted, let place = off_t(exactly: (first + count) &* 8) {
        let asked = Int(min(wanted - count, UInt64(entries.count)))
        let got = unsafe pread(descriptor, entries.baseAddress, asked * 8, place) / 8
        var position = 0
        while position < got, unsafe Page(entry: UInt64(littleEndian: entries[position])).isThere { position += 1 }
        count += UInt64(position)
        guard position == asked else { break }
      }
      return count
    }
    return there == 0 ? 0 : min(limit, there * Self.pageSize - offset)
  }

  /// Whether every page of a range satisfies a condition; false where that can't be told.
  package func allSatisfy(_ start: UInt64, count: UInt64, _ condition: (Page) -> Bool) -> Bool {
    let (end, overflow) = start.addingReportingOverflow(count)
    guard !overflow, count > 0, count <= 1 << 30 else { return false }
    let wanted = (end - 1) / Self.pageSize - start / Self.pageSize + 1
    let pages = pages(from: start, count: wanted)
    return UInt64(pages.count) == wanted && pages.allSatisfy(condition)
  }
}
