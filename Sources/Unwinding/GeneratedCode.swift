import ProfileModel
import Searching
import UnwindTables

/// The call frame information of code that a process makes as it runs; the code comes and goes, and with it this.
///
///     addresses   ├─ f, from 10 s ──┤        ├─ g, from 12 s ─┤
///                      ├─ h, from 15 s ─┤                         h lies where f lay: f is over at 15 s
struct GeneratedCode {
  /// One function's.
  private struct Piece {
    var range: Range<UInt64>
    var since: UInt64
    var until: UInt64 = .max
    var table: UnwindTable
  }

  /// By start, then by time.
  private var pieces: [Piece] = []
  private var longest: UInt64 = 0

  /// Whether there is nothing.
  var isEmpty: Bool { pieces.isEmpty }

  /// Pieces that are kept; past them those that are over go, and then all.
  private static let limit = 1 << 18
  /// Pieces looked at for one address.
  private static let searchLimit = 256

  /// Adds functions, each with where it lies, since when, and its `.eh_frame` and that's address.
  mutating func add(
    _ news: [(range: Range<UInt64>, time: UInt64, frames: [UInt8], address: UInt64)], architecture: Architecture
  ) {
    for item in news {
      end(item.range, at: item.time)
      var sections = UnwindTable.Sections()
      sections.ehFrame = item.frames
      sections.ehFrameAddress = item.address
      pieces.append(
        Piece(
          range: item.range, since: item.time, table: UnwindTable(architecture: architecture, sections: sections)))
      longest = max(longest, item.range.upperBound - item.range.lowerBound)
      // Kept in order one by one: what is new mostly lies behind what was there.
      var place = pieces.count - 1
      while place > 0, Self.precedes(pieces[place], pieces[place - 1]) {
        pieces.swapAt(place, place - 1)
        place -= 1
      }
    }
    guard pieces.count > Self.limit else { return }
    pieces.removeAll { $0.until != .max }
    if pieces.count > Self.limit { pieces.removeAll() }
  }

  /// Says that what lay in a range is over; so are its parts that go beyond, as code is written as a whole.
  private mutating func end(_ range: Range<UInt64>, at time: UInt64) {
    for index in indices(meeting: range) where pieces[index].until > time && pieces[index].since <= time {
      pieces[index].until = time
    }
  }

  /// The rule for a lookup address in code that lay there at `time`; nil where there is none.
  mutating func rule(at address: UInt64, time: UInt64) -> UnwindRule? {
    var found: Int?
    for index in indices(meeting: address..<address &+ 1) where pieces[index].range.contains(address) {
      let piece = pieces[index]
      // Code may run before its record has been written, but not what it took the place of.
      let isThen = piece.since <= time && time < piece.until
      if isThen || found == nil && piece.since > time { found = index }
    }
    guard let found else { return nil }
    let rule = pieces[found].table.rule(at: address)
    return rule.isApplicable ? rule : nil
  }

  /// Places of pieces that may meet a range.
  private func indices(meeting range: Range<UInt64>) -> Range<Int> {
    let end = pieces.partitionPoint { $0.range.lowerBound >= range.upperBound }
    var first = end
    while first > 0, end - first < Self.searchLimit, pieces[first - 1].range.lowerBound &+ longest > range.lowerBound {
      first -= 1
    }
    return first..<end
  }

  private static func precedes(_ left: Piece, _ right: Piece) -> Bool {
    (left.range.lowerBound, left.since) < (right.range.lowerBound, right.since)
  }
}
