import Processes

/// What can be read of a process's memory without making it grow, up to a number of bytes in all.
package protocol BoundedMemory: ~Copyable {
  /// Exactly `count` bytes at `address`; nil where they are not all in memory, or past the limit.
  mutating func bytes(at address: UInt64, count: UInt64) -> [UInt8]?
}

/// The memory of a process that goes on running.
package struct PresentMemory: BoundedMemory, ~Copyable {
  private let memory: ProcessMemory
  private let pages: PageMap
  private var budget: UInt64

  /// The memory of a process; nil when it may not be read.
  package init?(pid: Int32, limit: UInt64) {
    guard let pages = PageMap(pid: pid) else { return nil }
    (memory, budget) = (ProcessMemory(pid: pid), limit)
    self.pages = pages
  }

  /// Bytes that are all in memory, as long as the limit has room for them.
  package mutating func bytes(at address: UInt64, count: UInt64) -> [UInt8]? {
    guard count > 0, count <= budget, pages.allSatisfy(address, count: count, \.isPresent) else { return nil }
    budget -= count
    return memory.bytes(at: address, count: count)
  }
}
