import Searching

/// The decoded rows of a section's functions, in one array of 32-bit words.
///
/// Images have hundreds of thousands of rows but few different rules, so a row is a location and the number of a rule.
/// A function's block:
///
///     word 0   length of the function in bytes
///     word 1   number of rows; top bit: wide rows
///     word 2   offset of the FDE in its section
///     then     narrow: | location, 16 bits | rule, 16 bits |, one word a row, sorted by location
///              wide:   location, then rule, two words a row
struct RowStore: Sendable {
  private var words: [UInt32]
  private var rules = RuleSet()

  private static let wideFlag: UInt32 = 1 << 31
  private static let headerSize = 3

  /// Where a function's block starts; below 2^31.
  typealias Block = UInt32

  /// The function that is being decoded.
  private var pending: [PendingRow] = []
  private var isSignalFrame = false
  private let conventions: FrameConventions

  private struct PendingRow: Sendable {
    var location: UInt32
    var rule: UInt32
  }

  /// The most rows that a function is given; what follows is handed on.
  private static let rowLimit = 1 << 16

  /// An empty store.
  init(conventions: FrameConventions) {
    self.conventions = conventions
    // The block at zero, for when the store is full, hands everything on.
    words = [.max, 1, 0, RuleSet.fallback]
  }

  /// Starts a function; rows are then appended, and `finish` ends it.
  mutating func begin(isSignalFrame: Bool) {
    pending.removeAll(keepingCapacity: true)
    self.isSignalFrame = isSignalFrame
  }

  /// Leaves everything from a location on to the fallback.
  mutating func handOn(from location: UInt64) {
    append(rule: RuleSet.fallback, from: location)
  }

  private mutating func append(rule: UInt32, from location: UInt64) {
    guard let location = UInt32(exactly: location), pending.count <= Self.rowLimit else { return }
    let rule = pending.count == Self.rowLimit ? RuleSet.fallback : rule
    if pending.last?.location == location { pending.removeLast() }
    if pending.last?.rule == rule { return }
    // What comes before the first row is not known.
    if pending.isEmpty, location > 0 { pending.append(PendingRow(location: 0, rule: RuleSet.fallback)) }
    pending.append(PendingRow(location: location, rule: rule))
  }

  /// Ends a function of `length` bytes, whose FDE is at `offset`; zero when the store is full.
  mutating func finish(length: UInt32, offset: Int) -> Block {
    if pending.isEmpty { handOn(from: 0) }
    let isWide = pending.contains { $0.location > 0xFFFF || $0.rule > 0xFFFF }
    let size = Self.headerSize + pending.count * (isWide ? 2 : 1)
    guard words.count + size < Int(Self.wideFlag) else { return 0 }
    // Grown by less than arrays are by themselves, to keep within the memory that tables may take.
    if words.count + size > words.capacity { words.reserveCapacity(words.count + size + words.count / 8 + 4096) }
    let block = UInt32(words.count)
    words.append(length)
    words.append(UInt32(pending.count) | (isWide ? Self.wideFlag : 0))
    words.append(UInt32(truncatingIfNeeded: offset))
    for row in pending {
      if isWide {
        words.append(row.location)
        words.append(row.rule)
      } else {
        words.append(row.location << 16 | row.rule)
      }
    }
    return block
  }

  /// The bytes of a block's function.
  @inline(__always)
  func length(_ block: Block) -> UInt32 { words[Int(block)] }

  /// The rule at a location inside a block's function.
  @inline(__always)
  func rule(in block: Block, at location: UInt32) -> UnwindRule {
    let header = words[Int(block) + 1]
    let first = Int(block) + Self.headerSize
    let row = lastRow(header, first: first, location: location)
    if header & Self.wideFlag != 0 { return rules[words[first + 2 * row + 1]] }
    return rules[words[first + row] & 0xFFFF]
  }

  /// The locations for which the row at `location` holds.
  func extent(in block: Block, at location: UInt32) -> Range<UInt32> {
    let header = words[Int(block) + 1]
    let first = Int(block) + Self.headerSize
    let count = Int(header & ~Self.wideFlag)
    let row = lastRow(header, first: first, location: location)
    func start(_ row: Int) -> UInt32 {
      header & Self.wideFlag != 0 ? words[first + 2 * row] : words[first + row] >> 16
    }
    let end = row + 1 < count ? start(row + 1) : length(block)
    return start(row)..<max(end, start(row))
  }

  /// Where a block's function has its FDE in the section.
  func offset(_ block: Block) -> Int { Int(words[Int(block) + 2]) }

  /// Whether two functions have the same length and rows.
  func areEqual(_ left: Block, _ right: Block) -> Bool {
    let header = words[Int(left) + 1]
    let size = Int(header & ~Self.wideFlag) * (header & Self.wideFlag != 0 ? 2 : 1)
    guard length(left) == length(right), words[Int(right) + 1] == header else { return false }
    let (first, second) = (Int(left) + Self.headerSize, Int(right) + Self.headerSize)
    return words[first..<first + size].elementsEqual(words[second..<second + size])
  }

  /// The last row at or before `location`; rows are few, and the first is at zero.
  @inline(__always)
  private func lastRow(_ header: UInt32, first: Int, location: UInt32) -> Int {
    let count = Int(header & ~Self.wideFlag)
    let isWide = header & Self.wideFlag != 0
    let key = isWide ? location : (min(location, 0xFFFF) << 16 | 0xFFFF)
    return (1..<max(1, count)).partitionPoint { words[first + (isWide ? 2 * $0 : $0)] > key } - 1
  }

  /// The memory held, in bytes.
  var footprint: Int { words.capacity * 4 + rules.footprint }
  /// How many different rules there are.
  var ruleCount: Int { rules.count }
}

extension RowStore: CallFrameRowSink {
  mutating func append(_ state: borrowing FrameState, from location: UInt64) {
    let rule = UnwindRule(state, isSignalFrame: isSignalFrame, conventions: conventions)
    append(rule: rules.number(of: rule), from: location)
  }
}
