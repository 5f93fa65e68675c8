import ELF
import Glibc

/// How much of an image's DWARF is still read.
///
/// Sound files stay far below the limits, which follow from their size. Damaged ones can make any reader walk in more
/// ways than there are seconds, or keep more than there is memory.
struct DebugBudget {
  /// What was left out; nil as long as nothing was.
  private(set) var damage: DebugDamage?
  /// Whether reading may go on.
  private(set) var isOpen = true

  /// Entries and ranges that may still be looked at. Sound entries are visited twice at most, and take more than two
  /// bytes; damaged ones can hold each other.
  private var steps: Int
  /// Processor time of this thread, in nanoseconds, at which reading ends.
  private var deadline: UInt64
  /// Bytes of line tables that may still be decoded; libdw takes some 100 bytes of memory for one of them.
  private var lineBytes: UInt64 = 48 << 20
  private var untilClock = 0

  /// Bytes of one unit's line table: that of the largest sources, in a single file, takes a tenth.
  private static let lineTableLimit: UInt64 = 6 << 20
  /// Entries between two looks at the clock.
  private static let clockInterval = 32

  /// A budget for sections of this many bytes, after decompression.
  init(bytes: UInt64) {
    steps = 400_000
    deadline = Self.clock + 2_000_000_000
    add(bytes: bytes)
  }

  /// More for another file's sections.
  mutating func add(bytes: UInt64) {
    let bytes = min(bytes, 1 << 40)
    steps += Int(bytes) * 2
    // Five megabytes a second, a tenth of what is measured.
    deadline += bytes * 200
  }

  /// Counts an entry or a range; false when reading must end.
  mutating func take() -> Bool {
    guard isOpen else { return false }
    steps -= 1
    untilClock -= 1
    if untilClock < 0 {
      untilClock = Self.clockInterval
      if Self.clock > deadline { note(.tooSlow, isEnd: true) }
    }
    if steps < 0 { note(.tooManyEntries, isEnd: true) }
    return isOpen
  }

  /// Counts a line table; false when it must not be decoded.
  mutating func takeLineTable(bytes: UInt64) -> Bool {
    guard bytes <= min(lineBytes, Self.lineTableLimit) else {
      note(.lineTableTooLong(bytes), isEnd: false)
      return false
    }
    lineBytes -= bytes
    return true
  }

  /// Notes what was left out; the first is kept.
  mutating func note(_ damage: DebugDamage, isEnd: Bool) {
    self.damage = self.damage ?? damage
    if isEnd { isOpen = false }
  }

  private static var clock: UInt64 {
    var time = timespec()
    // SAFETY: writes `time` only.
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

/// Why debug information was not read, or not to its end.
enum DebugDamage: Hashable, Error {
  /// Its sections state this many bytes, or more than their compressed form can hold.
  case tooLarge(UInt64)
  /// libdw does not open it.
  case unreadable(String)
  /// Its entries or ranges go on for longer than its size allows.
  case tooManyEntries
  /// It takes far longer to read than other files of its size.
  case tooSlow
  /// A unit has a line table of this size.
  case lineTableTooLong(UInt64)
  /// A unit's other half, in the file of this name, is no regular file or too large.
  case splitFileRefused(String)
  /// The file of this name, which it shares parts with, was not found.
  case alternateMissing(String)
  /// The units of the package take more room than the package.
  case packageTooLarge

  /// What it is, for a message.
  var words: String {
    switch self {
    case .tooLarge(let bytes): "it states \(bytes) bytes, more than is read"
    case .unreadable(let message): message
    case .tooManyEntries: "it refers to itself in circles or overlaps"
    case .tooSlow: "it takes too long to read for its size"
    case .lineTableTooLong(let bytes): "line tables of \(bytes) bytes were left out"
    case .splitFileRefused(let path): "\(path) is no regular file, damaged or too large"
    case .alternateMissing(let path): "\(path), which has a part of it, was not found"
    case .packageTooLarge: "the units of its package overlap"
    }
  }
}

extension ELFImage {
  /// Bytes of its debug sections after decompression, checked to be such that libelf and libdw may hold them all.
  func debugSize() throws(DebugDamage) -> UInt64 {
    var (total, stored): (UInt64, UInt64) = (0, 0)
    for section in sections where section.hasContents {
      guard section.name.hasPrefix(".debug_") || section.name.hasPrefix(".zdebug_") else { continue }
      let size: UInt64
      do throws(ELFError) { size = try statedSize(of: section) } catch { throw .unreadable("\(error)") }
      stored = stored.addingReportingOverflow(section.size).overflow ? .max : stored + section.size
      total = total.addingReportingOverflow(size).overflow ? .max : total + size
    }
    // Debug information is seldom compressed to less than a fifth. A file may have holes, which cost no room on disk.
    let packed = total > stored ? stored : status.map { $0.allocated == 0 ? .max : $0.allocated } ?? .max
    let limit = max(DebugInformation.freeSize, packed.multipliedReportingOverflow(by: 16).overflow ? .max : packed * 16)
    guard stored <= (status?.size ?? .max), total <= min(limit, DebugInformation.sizeLimit) else {
      throw .tooLarge(total)
    }
    return total
  }
}
