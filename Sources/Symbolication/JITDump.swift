import BinaryReading
import Demangling
import Glibc
import Processes
import ProfileModel
import Searching

/// A jitdump file: the code that a JIT compiler made, when, and from which lines
/// (Linux, `tools/perf/Documentation/jitdump-specification.txt`, versions 1 and 2).
///
///     header 40 bytes │ record: id, size, time │ body … │ record …
///
/// Code is looked up by address and time, since compilers use addresses again. The code bytes are not read.
package struct JITDump: Sendable {
  /// Why a file is no jitdump.
  package enum Failure: Error, Hashable, Sendable {
    /// It can't be read.
    case reading(BinaryReadingError)
    /// It doesn't begin with the magic number, in this machine's byte order.
    case notJITDump
    /// Its owner is not the process's user.
    case otherOwner
  }

  /// A function's code, from the time it was loaded or moved to its place.
  struct Code: Sendable {
    var start: UInt64
    var end: UInt64
    var time: UInt64
    var name: Int32
    var lines: Range<Int>
    /// Its call frame information, as `.eh_frame` has it; empty for none.
    var unwinding: [UInt8] = []
  }

  /// A line of a function's source, from an offset in its code on.
  struct Line: Sendable {
    var offset: UInt64
    var file: Int32
    var line: UInt32
  }

  /// Records that end early or contradict themselves.
  package internal(set) var malformedRecords = 0
  /// Functions loaded or moved.
  package var codeCount: Int { codes.count }

  /// In the file's order.
  var codes: [Code] = []
  var lines: [Line] = []
  var names: [String] = []
  var files: [String] = []
  /// Whether times are of CLOCK_MONOTONIC and not of a processor's counter.
  var hasComparableTimes = true
  /// Positions in `codes` by start, then by time; those of the first `order.count` codes.
  private var order: [Int32] = []
  /// For each place in `order` the greatest end up to there, which bounds the search.
  private var reach: [UInt64] = []
  private let path: String

  /// Code entries looked at for one address.
  private static let searchLimit = 65_536

  /// Reads the dump that `process` has mapped from `path`.
  package static func find(_ process: JITProcess, path: String) throws(Failure) -> JITDump {
    try JITDump(file: try open(process, path: path))
  }

  /// Opens the dump that `process` has mapped from `path`, if it is the process's user's.
  static func open(_ process: JITProcess, path: String) throws(Failure) -> FileReader {
    var failure = BinaryReadingError.io(path: path, errno: ENOENT)
    for place in process.places(of: path) {
      let file: FileReader
      do throws(BinaryReadingError) { file = try place.open() } catch {
        if case .notRegular = error { throw .otherOwner }
        failure = error
        continue
      }
      guard (try? file.status())?.owner == process.user else { throw .otherOwner }
      return file
    }
    throw .reading(failure)
  }

  /// Reads an open file to its end as it is now.
  package init(file: consuming FileReader) throws(Failure) {
    self.init(path: file.path)
    var reader = JITDumpReader(file)
    try reader.readNews(&self)
    index()
  }

  /// A dump of which nothing was read yet.
  init(path: String) { self.path = path }

  /// Makes codes that were appended known to searches.
  ///
  /// - Complexity: O(*n* log *n*) in the new codes, O(*n*) in all codes behind the first new one.
  mutating func index() {
    guard order.count < codes.count else { return }
    func precedes(_ left: Int32, _ right: Int32) -> Bool {
      let (first, second) = (codes[Int(left)], codes[Int(right)])
      return (first.start, first.time, left) < (second.start, second.time, right)
    }
    let news = (order.count..<codes.count).map { Int32(truncatingIfNeeded: $0) }.sorted(by: precedes)
    let split = news.first.map { partition(before: codes[Int($0)].start) } ?? order.count
    let old = order[split...]
    var merged: [Int32] = []
    merged.reserveCapacity(old.count + news.count)
    var (left, right) = (old.startIndex, 0)
    while left < old.endIndex || right < news.count {
      if right == news.count || (left < old.endIndex && precedes(old[left], news[right])) {
        merged.append(old[left])
        left += 1
      } else {
        merged.append(news[right])
        right += 1
      }
    }
    order.replaceSubrange(split..., with: merged)
    reach.removeSubrange(split...)
    for position in order[split...] { reach.append(max(reach.last ?? 0, codes[Int(position)].end)) }
  }

  /// The first place in `order` whose code starts at `address` or behind it.
  private func partition(before address: UInt64) -> Int {
    order.partitionPoint { codes[Int($0)].start >= address }
  }

  /// A code, and the times in which it lay at an address.
  struct Lying {
    var position: Int
    var since: UInt64
    var until: UInt64
  }

  /// The position of the code that lay at `address` at `time`, of CLOCK_MONOTONIC in nanoseconds; of the last that lay
  /// there without a time.
  func position(at address: UInt64, time: UInt64?) -> Int? { lying(at: address, time: time ?? .max)?.position }

  /// The code that lay at `address` at `time`, and how long.
  func lying(at address: UInt64, time: UInt64) -> Lying? {
    var best: Lying?
    var next: Lying?
    let first = partition(before: address == .max ? address : address + 1) - 1
    for place in stride(from: first, through: max(0, first - Self.searchLimit), by: -1) {
      guard address < reach[place] else { break }
      let position = Int(order[place])
      guard address < codes[position].end else { continue }
      let loaded = codes[position].time
      let found = Lying(position: position, since: loaded, until: .max)
      if hasComparableTimes, loaded > time {
        if loaded < next?.since ?? .max { next = found }
      } else if best.map({ ($0.since, $0.position) < (loaded, position) }) ?? true {
        best = found
      }
    }
    if best == nil {
      // A sample may precede the record of the code that it hit by the time it took to write it.
      best = next
      best?.until = next?.since ?? .max
      best?.since = 0
    } else if hasComparableTimes {
      best?.until = next?.since ?? .max
    } else {
      best?.since = 0
    }
    return best
  }

  /// Whether two codes are loads of one function to one place.
  func isSame(_ left: Int, _ right: Int) -> Bool {
    (codes[left].start, codes[left].end, codes[left].name) == (codes[right].start, codes[right].end, codes[right].name)
  }

  /// Names code addresses at the times that they were seen.
  package func symbolize(_ places: [(address: UInt64, time: UInt64?)], names options: Demangler.Options = .init())
    -> ModuleSymbols
  {
    symbolize(codes: places.map { ($0.address, position(at: $0.address, time: $0.time)) }, names: options)
  }

  /// Names addresses in codes that were found.
  func symbolize(codes places: [(address: UInt64, position: Int?)], names options: Demangler.Options = .init())
    -> ModuleSymbols
  {
    let used = Set(places.compactMap { $0.position.map { codes[$0].name } }).sorted()
    let shown = SymbolizedFrame.namedCode(used.map { names[Int($0)] }, options)
    let shownAs = Dictionary(uniqueKeysWithValues: zip(used, shown))
    let frames = places.map { place -> [SymbolizedFrame] in
      guard let position = place.position, var frame = shownAs[codes[position].name] else {
        return [.standIn(module: "[jit]", address: place.address)]
      }
      let code = codes[position]
      if let line = line(of: code, at: place.address) { (frame.file, frame.line) = (files[Int(line.file)], line.line) }
      return [frame]
    }
    var symbols = ModuleSymbols(source: codes.isEmpty ? "none" : "jitdump " + path, frames: frames)
    let missing = symbols.unsymbolizedCount
    // A record that is just being written is no damage as long as nothing is missing.
    if malformedRecords > 0, missing > 0 {
      let records = malformedRecords == 1 ? "1 record is" : "\(malformedRecords) records are"
      symbols.problem = SymbolProblem(
        module: "[jit]", buildID: nil, reason: .unreadable(detail: "\(path): \(records) damaged or not whole"),
        unsymbolizedCount: missing)
    }
    return symbols
  }

  private func line(of code: Code, at address: UInt64) -> Line? {
    let next = code.lines.partitionPoint { lines[$0].offset > address - code.start }
    return next > code.lines.lowerBound ? lines[next - 1] : nil
  }
}
