import Searching

/// What lies where in one process: its executable ranges, sorted, none overlapping another.
struct MappedRegions {
  /// One range.
  struct Region: Equatable {
    var start: UInt64
    var end: UInt64
    /// Added to a stated address of the module, gives the actual one; 0 without module.
    var bias: UInt64
    /// Index of the module, or `UnwoundStack.Frame.noModule`.
    var module: UInt32
    var isExecutable: Bool
  }

  private(set) var regions: [Region] = []
  /// The region that the last lookup found; the next one often asks for the same.
  private var lastHit = 0

  /// The bits that tell addresses of a process apart on AArch64; those above hold a pointer's code.
  ///
  /// How many the kernel was built for (`Documentation/arch/arm64/memory.rst`) shows in where it places code: close to the
  /// end, for all but the program itself.
  var addressMask: UInt64 {
    let used = regions.last.map { UInt64.bitWidth - ($0.end &- 1).leadingZeroBitCount } ?? 0
    return 1 << UInt64(Self.addressBits.first { $0 == used } ?? 48) - 1
  }

  /// CONFIG_ARM64_VA_BITS; with 52, programs have to ask for the upper bits.
  private static let addressBits = [36, 39, 42, 47, 48, 52]

  /// Adds a region; what it covers of older ones is gone, as after `mmap` with `MAP_FIXED`.
  ///
  /// - Returns: whether older regions were cut, so that what was remembered about them is void.
  @discardableResult
  mutating func insert(_ region: Region) -> Bool {
    guard region.start < region.end else { return false }
    let first = regions.partitionPoint { $0.end > region.start }
    // Told twice, as by a list of mappings and then by events: nothing has changed.
    if first < regions.count, regions[first] == region { return false }
    var last = first
    var replacement: [Region] = []
    while last < regions.count, regions[last].start < region.end {
      let old = regions[last]
      if old.start < region.start {
        var left = old
        left.end = region.start
        replacement.append(left)
      }
      if old.end > region.end {
        var right = old
        right.start = region.end
        replacement.append(right)
      }
      last += 1
    }
    let insertion = replacement.first.map { $0.start < region.start } == true ? 1 : 0
    replacement.insert(region, at: insertion)
    regions.replaceSubrange(first..<last, with: replacement)
    return last > first
  }

  /// The region that holds `address`.
  ///
  /// - Complexity: O(log *n*); O(1) for the region that the last call found.
  mutating func region(at address: UInt64) -> Region? {
    if lastHit < regions.count {
      let region = regions[lastHit]
      if address >= region.start, address < region.end { return region }
    }
    guard let index = regions.index(holding: address, { ($0.start, $0.end) }) else { return nil }
    lastHit = index
    return regions[index]
  }

  /// Whether an image is mapped with this difference of addresses.
  func holds(module: UInt32?, bias: UInt64) -> Bool {
    regions.contains { $0.module == module && $0.bias == bias }
  }

  /// The images in a range, each place once.
  func images(in range: Range<UInt64>) -> [(module: UInt32, bias: UInt64)] {
    var found: [(module: UInt32, bias: UInt64)] = []
    var index = regions.partitionPoint { $0.end > range.lowerBound }
    while index < regions.count, regions[index].start < range.upperBound {
      let region = regions[index]
      if region.module != UnwoundStack.Frame.noModule,
        !found.contains(where: { $0.module == region.module && $0.bias == region.bias })
      {
        found.append((region.module, region.bias))
      }
      index += 1
    }
    return found
  }
}
