import BinaryReading

/// A jitdump that is read while its process writes it, so that functions that lie at one address one after the other
/// are told apart at the time of each sample.
///
/// An *occupant* is a number that an address and a function have in common: 0 until code is known there, then 1, 2, …
/// for each other function that was seen there, however often it was loaded. So a place in a profile multiplies with
/// the functions at its address, not with time.
///
///     address 0x1000:  ── load f ──── load g ──── load f ────▶ time
///     samples              ·  ·        ·            ·
///     occupant             1  1        2            1
package struct JITDumpTail: Sendable {
  private var dump: JITDump
  private var reader: JITDumpReader
  /// The dump is known up to here: all that was written before.
  private var knownUntil: UInt64 = 0
  private var places: [UInt64: Place] = [:]
  /// How many codes were looked through for unwind information.
  private var unwindingCount = 0

  /// What was seen at an address.
  private struct Place {
    /// Of each occupant but 0 a position in the dump's codes.
    var occupants: [Int32] = []
    /// When occupant 0 was first seen.
    var firstSeen: UInt64
    /// The occupant of the last sample, and the times that it surely holds for, as long as the dump has `codeCount`
    /// codes.
    var last: UInt16 = 0
    var since: UInt64 = 1
    var until: UInt64 = 0
    var codeCount: Int = 0
  }

  /// The number that stands for all occupants past those that fit.
  private static let lastOccupant: UInt16 = .max
  /// New codes that are looked through one by one, before a search among all takes their place.
  private static let newsLimit = 32

  /// Opens the dump that `process` has mapped from `path`; its content may follow.
  package init(_ process: JITProcess, path: String) throws(JITDump.Failure) {
    self.init(file: try JITDump.open(process, path: path))
  }

  init(file: consuming FileReader) {
    dump = JITDump(path: file.path)
    reader = JITDumpReader(file)
  }

  /// The occupant of `address` at `time`, of CLOCK_MONOTONIC in nanoseconds; `now` tells that clock.
  ///
  /// The file is looked at when the sample is younger than the last look: about once for each batch of samples.
  package mutating func occupant(of address: UInt64, at time: UInt64, now: () -> UInt64) -> UInt16 {
    readNews(at: time, now: now)
    var place = places[address] ?? Place(firstSeen: time)
    let count = dump.codes.count
    if place.codeCount < count, count - place.codeCount <= Self.newsLimit {
      let isUntouched = dump.codes[place.codeCount...].allSatisfy { address < $0.start || address >= $0.end }
      if isUntouched { place.codeCount = count }
    }
    if place.codeCount == count, time >= place.since, time < place.until { return place.last }
    resolve(&place, address, time)
    places[address] = place
    return place.last
  }

  /// The unwind information that was written since the last call, up to `time` at least.
  package mutating func takeUnwinding(at time: UInt64, now: () -> UInt64) -> [JITUnwinding] {
    readNews(at: time, now: now)
    guard unwindingCount < dump.codes.count else { return [] }
    defer { unwindingCount = dump.codes.count }
    return dump.codes[unwindingCount...].filter { !$0.unwinding.isEmpty }.map {
      JITUnwinding(
        range: $0.start..<$0.end, time: dump.hasComparableTimes ? $0.time : 0, frames: $0.unwinding)
    }
  }

  private mutating func readNews(at time: UInt64, now: () -> UInt64) {
    guard time >= knownUntil else { return }
    let start = now()
    readNews()
    knownUntil = max(start, time &+ 1)
  }

  private mutating func resolve(_ place: inout Place, _ address: UInt64, _ time: UInt64) {
    place.codeCount = dump.codes.count
    guard let lying = dump.lying(at: address, time: time) else {
      (place.last, place.since, place.until) = (0, 0, .max)
      place.firstSeen = min(place.firstSeen, time)
      return
    }
    (place.since, place.until) = (lying.since, lying.until)
    if let known = place.occupants.firstIndex(where: { dump.isSame(Int($0), lying.position) }) {
      place.last = UInt16(clamping: known + 1)
    } else if place.occupants.count < Int(Self.lastOccupant) {
      place.occupants.append(Int32(truncatingIfNeeded: lying.position))
      place.last = UInt16(clamping: place.occupants.count)
    } else {
      place.last = Self.lastOccupant
    }
  }

  private mutating func readNews() {
    // A header that is damaged or not there yet gives no codes; names then come from elsewhere.
    try? reader.readNews(&dump)
    dump.index()
  }

  /// Names the places that were seen, with what the file holds by now.
  package consuming func symbolize(_ wanted: [(address: UInt64, occupant: UInt16)]) -> ModuleSymbols {
    readNews()
    let codes = wanted.map { item -> (address: UInt64, position: Int?) in
      guard let place = places[item.address] else {
        return (item.address, dump.position(at: item.address, time: nil))
      }
      // Writers with buffers tell of code after it has run.
      guard item.occupant > 0, Int(item.occupant) <= place.occupants.count else {
        return (item.address, dump.position(at: item.address, time: place.firstSeen))
      }
      return (item.address, Int(place.occupants[Int(item.occupant) - 1]))
    }
    return dump.symbolize(codes: codes)
  }
}
