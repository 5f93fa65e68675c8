import Searching

/// Which module the code without an image belongs to, in one process: ranges by address, none overlapping another.
struct CodeRegions {
  private struct Region {
    var start: UInt64
    var end: UInt64
    var module: UInt32
  }

  private var regions: [Region] = []

  /// More ranges than processes have mappings; what comes then is not kept, and counts as the process's run-time code.
  private static let limit = 65_536

  /// The module of the range that holds an address.
  ///
  /// - Complexity: O(log *n*).
  func module(at address: UInt64) -> UInt32? {
    regions.index(holding: address) { ($0.start, $0.end) }.map { regions[$0].module }
  }

  /// Gives a range to a module, or to none; what it had of others is theirs no more.
  mutating func set(_ range: Range<UInt64>, to module: UInt32?) {
    guard !range.isEmpty else { return }
    let first = regions.partitionPoint { $0.end > range.lowerBound }
    var last = first
    var replacement: [Region] = []
    while last < regions.count, regions[last].start < range.upperBound {
      let old = regions[last]
      if old.start < range.lowerBound {
        replacement.append(Region(start: old.start, end: range.lowerBound, module: old.module))
      }
      if old.end > range.upperBound {
        replacement.append(Region(start: range.upperBound, end: old.end, module: old.module))
      }
      last += 1
    }
    if let module, regions.count < Self.limit {
      let position = replacement.first.map { $0.start < range.lowerBound } == true ? 1 : 0
      replacement.insert(Region(start: range.lowerBound, end: range.upperBound, module: module), at: position)
    }
    regions.replaceSubrange(first..<last, with: replacement)
  }

  /// The modules that have ranges, some several times.
  var modules: [UInt32] { regions.map(\.module) }
}

/// All addresses at which a process ever had run-time code, as ranges that don't touch one another.
struct CodeExtent: Sendable {
  private var ranges: [Range<UInt64>] = []

  private static let limit = 65_536

  /// Adds a range; those that it overlaps or touches become one with it.
  mutating func insert(_ range: Range<UInt64>) {
    guard !range.isEmpty else { return }
    let first = ranges.partitionPoint { $0.upperBound >= range.lowerBound }
    var last = first
    var (start, end) = (range.lowerBound, range.upperBound)
    while last < ranges.count, ranges[last].lowerBound <= range.upperBound {
      (start, end) = (min(start, ranges[last].lowerBound), max(end, ranges[last].upperBound))
      last += 1
    }
    guard last > first || ranges.count < Self.limit else { return }
    ranges.replaceSubrange(first..<last, with: [start..<end])
  }

  /// Where the range that holds an address begins.
  func start(of address: UInt64) -> UInt64? {
    ranges.index(holding: address) { ($0.lowerBound, $0.upperBound) }.map { ranges[$0].lowerBound }
  }
}
