import ProfileModel
import Symbolication
import UnwindTables
import Unwinding

/// What one process has registered, as far as it was read.
///
/// What was not there at one reading and is at the next came some time between them:
///
///     reading S₀ … E₀          reading S₁ … E₁
///     ├ f                      ├ f                f: since S₀ of the reading before the first that has it
///     ├ g                      ├ h (at g's place) g: until S₀; h: from E₁ on; between, nobody knows whose code it was
struct RegisteredProgram {
  /// When it is to be read again, CLOCK_MONOTONIC in nanoseconds.
  var next: UInt64 = 0
  /// How its code is unwound.
  private(set) var frames = TimedRanges<RegisteredFrames>()
  /// Its functions.
  private(set) var names = TimedRanges<String>()
  private var objects: [RegisteredBytes.Place: Object] = [:]
  /// Objects that are over, for samples that are older.
  private var ended: [Object] = []
  private var lastStart: UInt64 = 0
  private var searchInterval = Self.searchIntervals.lowerBound
  /// Bytes of what was found.
  private(set) var size: UInt64 = 0

  /// Nanoseconds after which a program is asked again that has no lists.
  private static let searchIntervals: ClosedRange<UInt64> = 100_000_000...3_200_000_000
  /// Nanoseconds for which objects that are over are kept.
  private static let endedTime: UInt64 = 2_000_000_000
  private static let endedLimit = 4_096
  private static let functionLimit = 1 << 18

  private struct Object {
    var hash: Int
    var since: UInt64
    var until = UInt64.max
    var ranges: [Range<UInt64>] = []
    var functions: [RegisteredObject.Function] = []
    var frames: RegisteredFrames?

    /// From its first address to its last.
    var hull: Range<UInt64>?

    init(_ found: RegisteredBytes, hash: Int, since: UInt64) {
      (self.hash, self.since) = (hash, since)
      guard let object = found.object else { return }
      functions = object.functions
      defer { hull = Self.hull(of: ranges + functions.map(\.range)) }
      guard object.sections.ehFrame != nil || object.sections.debugFrame != nil else { return }
      var table = UnwindTable(architecture: .host, sections: object.sections)
      ranges = table.functionRanges()
      frames = RegisteredFrames(table)
    }

    private static func hull(of ranges: [Range<UInt64>]) -> Range<UInt64>? {
      guard let start = ranges.map(\.lowerBound).min(), let end = ranges.map(\.upperBound).max() else { return nil }
      return start..<end
    }
  }

  /// Notes that there are no lists, or that they can't be read.
  mutating func foundNothing(at time: UInt64) {
    next = time &+ searchInterval
    searchInterval = min(2 * searchInterval, Self.searchIntervals.upperBound)
  }

  /// Takes over what a reading found, from `start` to `end`; false where all was known.
  ///
  /// - Parameter isWhole: Whether what was not found is no longer there.
  mutating func merge(_ found: [RegisteredBytes], isWhole: Bool, start: UInt64, end: UInt64) -> Bool {
    var gone = objects
    var kept: [RegisteredBytes.Place: Object] = [:]
    var news: [(place: RegisteredBytes.Place, object: Object)] = []
    for item in found {
      let hash = item.bytes.hashValue
      if let known = objects[item.place], known.hash == hash {
        kept[item.place] = known
        gone[item.place] = nil
      } else {
        news.append((item.place, Object(item, hash: hash, since: lastStart)))
      }
    }
    if !isWhole {
      // What was not seen may still be there, but what another object took the place of.
      for (place, object) in gone where !news.contains(where: { $0.place == place }) {
        kept[place] = object
        gone[place] = nil
      }
    }
    size = found.reduce(0) { $0 + UInt64($1.bytes.count) }
    defer { lastStart = start }
    guard !news.isEmpty || !gone.isEmpty else { return false }
    close(Array(gone.values), replacedBy: &news, start: start, end: end)
    objects = kept
    for (place, object) in news { objects[place] = object }
    index()
    return true
  }

  /// Ends objects: at the last reading where others lie at their place now, else at this one.
  private mutating func close(
    _ gone: [Object], replacedBy news: inout [(place: RegisteredBytes.Place, object: Object)], start: UInt64,
    end: UInt64
  ) {
    ended.removeAll { $0.until &+ Self.endedTime < start }
    for var object in gone {
      object.until = end
      if let hull = object.hull {
        for index in news.indices where news[index].object.hull?.overlaps(hull) == true {
          object.until = lastStart
          news[index].object.since = end
        }
      }
      if ended.count < Self.endedLimit { ended.append(object) }
    }
  }

  private mutating func index() {
    var unwinding: [TimedRanges<RegisteredFrames>.Element] = []
    var symbols: [TimedRanges<String>.Element] = []
    for object in Array(objects.values) + ended {
      if let frames = object.frames {
        for range in object.ranges.prefix(Self.functionLimit - unwinding.count) {
          unwinding.append(.init(range: range, since: object.since, until: object.until, value: frames))
        }
      }
      for function in object.functions.prefix(Self.functionLimit - symbols.count) {
        symbols.append(.init(range: function.range, since: object.since, until: object.until, value: function.name))
      }
    }
    (frames, names) = (TimedRanges(unwinding), TimedRanges(symbols))
  }
}
