import Processes
import ProfileModel
import Searching

/// What is known of traced processes' mappings, which ptrace does not report: they are read again and compared.
///
/// They are read when what is known gets old, and when an address of a stack lies in none of them. A program may hold
/// any number of addresses where nothing is, so that has limits: a page that held nothing is not asked for again until
/// the mappings are read for another reason, and the readings may take a twentieth of a process's time.
package final class TracedMaps {
  fileprivate struct Known {
    var mappings: Set<Mapping> = []
    /// Executable ranges by address, for the question whether code is known.
    var ranges: [(start: UInt64, end: UInt64)] = []
    /// When they were last read; 0 for never.
    var readAt: UInt64 = 0
    /// Pages that were asked for since, and where there was nothing.
    var emptyPages: Set<UInt64> = []
    /// When the process was first seen, and how much of the time since then went into reading.
    var since: UInt64 = 0
    var spent: UInt64 = 0
    var pages: PageMap?

    init(since: UInt64) { self.since = since }
  }
  private var processes: [Int32: Known] = [:]

  /// How old what is known may get, in nanoseconds.
  private static let longestAge: UInt64 = 1_000_000_000
  /// What readings may take at once, while a program loads its libraries; then a twentieth.
  fileprivate static let initialAllowance: UInt64 = 20_000_000
  fileprivate static let share: UInt64 = 20
  fileprivate static let mostEmptyPages = 256

  init() {}

  /// Reads a process's mappings if the known ones are old or lack `address`; returns those that are new.
  package func news(of pid: Int32, for address: UInt64?, time: UInt64) -> [Mapping] {
    var known = processes.removeValue(forKey: pid) ?? Known(since: time)
    defer { processes[pid] = known }
    guard known.readAt == 0 || time &- known.readAt > Self.longestAge || known.mayLack(address, at: time) else {
      return []
    }
    let begin = MachineClock.monotonic
    guard let mappings = try? ProcessMaps.read(pid: pid, executableOnly: true) else { return [] }
    let news = mappings.filter { !known.mappings.contains($0) }
    known.mappings = Set(mappings)
    known.ranges = mappings.map { ($0.start, $0.end) }
    known.spent &+= MachineClock.monotonic &- begin
    if !news.isEmpty || time &- known.readAt > Self.longestAge { known.emptyPages.removeAll(keepingCapacity: true) }
    known.readAt = max(1, time)
    if let address, !known.contains(address) { known.emptyPages.insert(address >> 12) }
    return news
  }

  /// What is known of the process is old, whenever it was read.
  func expire(_ pid: Int32) { processes[pid]?.readAt = 0 }

  /// Which of the process's pages are there, as one of its threads sees them; nil where the kernel doesn't tell.
  func pages(of pid: Int32, tid: Int32) -> PageMap? {
    if let pages = processes[pid]?.pages { return pages }
    let pages = PageMap(pid: pid, tid: tid)
    processes[pid]?.pages = pages
    return pages
  }

  /// Gives a new process what its parent has.
  func fork(parent: Int32, child: Int32) {
    processes[child] = processes[parent]
    processes[child]?.pages = nil
  }

  /// Forgets a process that ended or runs another program.
  func forget(_ pid: Int32) { processes[pid] = nil }
}

/// What is asked of one process.
extension TracedMaps.Known {
  /// Whether it's worth to look for an address among the mappings as they are now.
  fileprivate func mayLack(_ address: UInt64?, at time: UInt64) -> Bool {
    guard let address, !contains(address) else { return false }
    let allowance = TracedMaps.initialAllowance &+ (time &- min(time, since)) / TracedMaps.share
    return spent < allowance && emptyPages.count < TracedMaps.mostEmptyPages && !emptyPages.contains(address >> 12)
  }

  fileprivate func contains(_ address: UInt64) -> Bool {
    ranges.index(holding: address) { ($0.start, $0.end) } != nil
  }
}
