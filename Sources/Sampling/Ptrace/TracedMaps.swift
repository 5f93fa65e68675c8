import ProfileModel

/// What is known of traced processes' mappings, which ptrace does not report: they are read again and compared.
struct TracedMaps {
  private struct Known {
    var mappings: Set<Mapping> = []
    /// Executable ranges by address, for the question whether code is known.
    var ranges: [(start: UInt64, end: UInt64)] = []
    var readAt: UInt64 = 0
  }
  private var processes: [Int32: Known] = [:]

  /// How old what is known may get, in nanoseconds; and how soon an unknown address may lead to another reading.
  private static let longestAge: UInt64 = 1_000_000_000
  private static let shortestAge: UInt64 = 20_000_000

  /// Reads a process's mappings if the known ones are old or lack `address`; returns those that are new.
  mutating func news(of pid: Int32, for address: UInt64?, time: UInt64) -> [Mapping] {
    var known = processes[pid] ?? Known()
    let age = time &- known.readAt
    let isKnown = address.map { address in Self.contains(known.ranges, address) } ?? false
    guard known.readAt == 0 || age > Self.longestAge || (!isKnown && age > Self.shortestAge) else { return [] }
    guard let mappings = try? ProcessMaps.read(pid: pid, executableOnly: true) else { return [] }
    let news = mappings.filter { !known.mappings.contains($0) }
    known.mappings = Set(mappings)
    known.ranges = mappings.map { ($0.start, $0.end) }
    known.readAt = time
    processes[pid] = known
    return news
  }

  /// Gives a new process what its parent has.
  mutating func fork(parent: Int32, child: Int32) { processes[child] = processes[parent] }

  /// Forgets a process that ended or runs another program.
  mutating func forget(_ pid: Int32) { processes[pid] = nil }

  private static func contains(_ ranges: [(start: UInt64, end: UInt64)], _ address: UInt64) -> Bool {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].end <= address { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].start <= address
  }
}
