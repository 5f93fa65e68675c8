import BinaryReading
import ELF
import Searching

/// Finds the symbols of a sorted set of addresses in one pass over a symbol table, which is neither sorted nor kept.
///
/// A table of 300,000 symbols is 7 MB; only the entries that cover a wanted address leave a trace here, and only their
/// names are read. Cost: symbols × log(addresses).
///
///     address   wanted ──►   a        b   c              d
///     symbols            [ f     )[ g        )   gap  [h (size 0) ……… next symbol, section end or 4 KB
///                          a→f      b→g c→g            d→h; nothing for addresses in the gap
struct SymbolScan {
  /// The addresses, ascending.
  let wanted: [UInt64]
  /// The best symbol with a size that covers each address.
  private var sized: [Candidate]
  /// The last symbol of any size that starts at or before each address, later than those of the addresses before it.
  private var nearest: [Candidate]
  /// Further names of the same rank at the same address.
  private var ties: [Tie] = []

  private struct Candidate {
    var start: UInt64 = 0
    var end: UInt64 = 0
    var nameOffset: UInt32 = 0
    /// Smaller is better.
    var rank: UInt8 = .max
    /// Position in `ties` plus one; 0 for none.
    var tie: UInt32 = 0
  }

  private struct Tie {
    var nameOffset: UInt32
    var next: UInt32
  }

  /// A symbol that was found.
  struct Match: Hashable {
    var start: UInt64
    /// Zero for symbols without a size.
    var size: UInt64
    /// Offsets of equally good names in the string table; at least one.
    var nameOffsets: [UInt32]
  }

  /// For each of many equal parts of the range of addresses the position of the first in or behind it; most symbols lie
  /// between two addresses, which this tells at once.
  private let starts: [UInt32]
  /// A part is two to this power long.
  private let partExponent: UInt64

  /// Steps left for symbols that cover many addresses; only hostile tables, whose symbols all overlap, use them up.
  private var budget = 50_000_000

  /// How far a symbol without a size reaches at most: what lies farther off is hardly its code.
  private static let reach: UInt64 = 4_096

  /// Names at one place that are compared; more are ignored.
  private static let tieLimit = 64

  init(wanted: [UInt64]) {
    self.wanted = wanted
    let range = (wanted.last ?? 0) &- (wanted.first ?? 0)
    var exponent: UInt64 = 0
    while range >> exponent > UInt64(wanted.count) * 4 { exponent += 1 }
    var starts: [UInt32] = []
    starts.reserveCapacity(Int(range >> exponent) + 2)
    for (index, address) in wanted.enumerated() {
      let part = Int((address - wanted[0]) >> exponent)
      while starts.count <= part { starts.append(UInt32(truncatingIfNeeded: index)) }
    }
    starts.append(UInt32(truncatingIfNeeded: wanted.count))
    self.starts = starts
    partExponent = exponent
    sized = Array(repeating: Candidate(), count: wanted.count)
    nearest = sized
  }

  /// An entry of a symbol table (`Elf64_Sym`; gABI, "Symbol Table").
  struct Entry {
    var nameOffset: UInt32
    var info: UInt8
    var sectionIndex: UInt16
    var value: UInt64
    var size: UInt64

    /// Bytes of an entry.
    static let size = 24
  }

  /// Takes the entries in `bytes`; `sections` tells which are code and where it ends.
  mutating func scan(_ bytes: RawSpan, sections: [SectionBounds], ignoresLocalLabels: Bool) throws(BinaryReadingError) {
    guard let first = wanted.first, let last = wanted.last else { return }
    var offset = 0
    while offset <= bytes.byteCount - Entry.size {
      defer { offset += Entry.size }
      let value: UInt64 = try bytes.load(at: offset + 8)
      guard value <= last else { continue }
      let size: UInt64 = try bytes.load(at: offset + 16)
      let (end, overflow) = value.addingReportingOverflow(size)
      // Symbols without a size may reach far, those with one end before the first address.
      guard !overflow, size == 0 || end > first else { continue }
      let info: UInt8 = try bytes.load(at: offset + 4)
      guard let rank = Self.rank(info: info) else { continue }
      let sectionIndex: UInt16 = try bytes.load(at: offset + 6)
      let isLabel = info & 15 == 0
      if ignoresLocalLabels, isLabel, size == 0, info >> 4 == 0 { continue }
      guard let sectionEnd = Self.sectionEnd(sectionIndex, sections, isLabel: isLabel) else { continue }
      let (limit, isPastAll) = value.addingReportingOverflow(Self.reach)
      let reachedEnd = isPastAll ? sectionEnd : min(sectionEnd, limit)
      take(
        Candidate(
          start: value, end: size == 0 ? reachedEnd : end, nameOffset: try bytes.load(at: offset), rank: rank),
        hasSize: size != 0)
    }
  }

  private mutating func take(_ candidate: Candidate, hasSize: Bool) {
    var index = firstWanted(from: candidate.start)
    guard index < wanted.count else { return }
    if hasSize {
      while index < wanted.count, wanted[index] < candidate.end, budget > 0 {
        budget -= 1
        Self.improve(&sized[index], by: candidate, &ties)
        index += 1
      }
      index = firstWanted(from: candidate.start)
      guard index < wanted.count, candidate.start >= nearest[index].start else { return }
      // Ends the reach of a symbol without a size before it.
      if candidate.start > nearest[index].start { nearest[index] = Candidate(start: candidate.start) }
    } else {
      Self.improve(&nearest[index], by: candidate, &ties)
    }
  }

  private static func improve(_ current: inout Candidate, by candidate: Candidate, _ ties: inout [Tie]) {
    if current.rank == .max, candidate.start >= current.start {
      current = candidate
    } else if candidate.start > current.start || (candidate.start == current.start && candidate.rank < current.rank) {
      current = candidate
    } else if candidate.start == current.start, candidate.rank == current.rank {
      var count = 0
      var tie = current.tie
      while tie != 0, count < tieLimit {
        count += 1
        tie = ties[Int(tie) - 1].next
      }
      guard count < tieLimit else { return }
      ties.append(Tie(nameOffset: candidate.nameOffset, next: current.tie))
      current.tie = UInt32(truncatingIfNeeded: ties.count)
      current.end = max(current.end, candidate.end)
    }
  }

  /// The position of the first wanted address that is not below `address`.
  private func firstWanted(from address: UInt64) -> Int {
    guard let first = wanted.first, let last = wanted.last, address <= last else { return wanted.count }
    guard address > first else { return 0 }
    let part = Int((address - first) >> partExponent)
    return (Int(starts[part])..<Int(starts[part + 1])).partitionPoint { wanted[$0] >= address }
  }

  /// Functions before labels, names for everyone before local ones; nil for what is no code.
  ///
  /// Weak names rank with global ones: C libraries export `getcwd` as a weak alias of their own `__getcwd`.
  private static func rank(info: UInt8) -> UInt8? {
    let binding: UInt8
    switch info >> 4 {
    case 1, 2, 10: binding = 0  // STB_GLOBAL, STB_WEAK, STB_GNU_UNIQUE
    case 0: binding = 1  // STB_LOCAL
    default: return nil
    }
    switch info & 15 {
    case 2, 10: return binding  // STT_FUNC, STT_GNU_IFUNC
    case 0: return 3 + binding  // STT_NOTYPE
    default: return nil
    }
  }

  /// Where the code of a symbol's section ends; nil for undefined and absolute symbols and for labels outside of code.
  private static func sectionEnd(_ index: UInt16, _ sections: [SectionBounds], isLabel: Bool) -> UInt64? {
    guard index != 0, index != 0xFFF1, index != 0xFFF2 else { return nil }  // SHN_UNDEF, SHN_ABS, SHN_COMMON
    guard Int(index) < sections.count else { return isLabel ? nil : .max }
    let section = sections[Int(index)]
    return section.isExecutable || !isLabel ? section.end : nil
  }

  /// What was found for each address, and for each address its position in `matches` (-1 for none).
  func results() -> (matches: [Match], matchOf: [Int32]) {
    var matches: [Match] = []
    var matchOf = Array(repeating: Int32(-1), count: wanted.count)
    var known: [UInt64: Int32] = [:]
    var reaching = Candidate()
    for index in wanted.indices {
      if nearest[index].start > reaching.start || reaching.rank == .max && nearest[index].rank != .max {
        reaching = nearest[index]
      }
      let best: Candidate
      if sized[index].rank != .max {
        best = sized[index]
      } else if reaching.rank != .max, wanted[index] < reaching.end {
        best = reaching
      } else {
        continue
      }
      let isSized = sized[index].rank != .max
      if let match = known[best.start], (matches[Int(match)].size != 0) == isSized {
        matchOf[index] = match
        continue
      }
      let match = Int32(truncatingIfNeeded: matches.count)
      matches.append(
        Match(start: best.start, size: isSized ? best.end - best.start : 0, nameOffsets: names(of: best)))
      known[best.start] = match
      matchOf[index] = match
    }
    return (matches, matchOf)
  }

  private func names(of candidate: Candidate) -> [UInt32] {
    var offsets = [candidate.nameOffset]
    var tie = candidate.tie
    while tie != 0, offsets.count <= Self.tieLimit {
      offsets.append(ties[Int(tie) - 1].nameOffset)
      tie = ties[Int(tie) - 1].next
    }
    return offsets
  }
}

/// The part of a section header that symbols need.
struct SectionBounds {
  /// First stated address after it.
  var end: UInt64
  /// Whether it holds code.
  var isExecutable: Bool

  init(end: UInt64, isExecutable: Bool) {
    self.end = end
    self.isExecutable = isExecutable
  }

  init(_ section: Section) {
    end = section.address &+ section.size
    isExecutable = section.isExecutable
  }
}
