import BinaryReading
import Demangling
import Processes
import ProfileModel
import Searching

/// A perf map: lines `START SIZE name` with hexadecimal numbers, as JIT compilers write them to `/tmp/perf-PID.map`
/// (Linux, `tools/perf/Documentation/jit-interface.txt`).
///
/// Addresses are used again, so a later line wins over the earlier ones that it overlaps.
package struct PerfMap: Sendable {
  private let place: ForeignFile
  /// Who must own the file; nil where nobody checks.
  private let owner: UInt32?
  /// Lines that are none, as of the last reading.
  package private(set) var malformedLines = 0

  /// A map at `path`, which nobody checked; nothing is read yet.
  package init(path: String) { self.init(ForeignFile(path), owner: nil) }

  private init(_ place: ForeignFile, owner: UInt32?) { (self.place, self.owner) = (place, owner) }

  /// The file as it is now, if it is still its owner's.
  private func lines() -> TextLines? {
    guard let owner else { return TextLines(path: place.path) }
    guard let lines = TextLines(place), lines.owner == owner else { return nil }
    return lines
  }

  /// The map that `process` writes: the file, why it was refused, or nil for both when there is none.
  package static func find(_ process: JITProcess) -> (map: PerfMap?, problem: SymbolProblem?) {
    for place in process.places(of: "/tmp/perf-\(process.namespacePID).map") {
      let path = place.fullPath
      func refused(_ detail: String) -> SymbolProblem {
        SymbolProblem(
          module: "[jit]", buildID: nil, reason: .jitFileRefused(path: path, detail: detail), unsymbolizedCount: 0)
      }
      do throws(BinaryReadingError) {
        let file = try place.open()
        guard (try? file.status())?.owner == process.user else {
          return (nil, refused("its owner is not user \(process.user)"))
        }
      } catch {
        if case .notRegular = error { return (nil, refused("it is no regular file")) }
        continue
      }
      return (PerfMap(place, owner: process.user), nil)
    }
    return (nil, nil)
  }

  /// Finds the functions of `addresses`, actual ones, ascending, in one pass over the file as it is now.
  package mutating func symbolize(addresses: [UInt64], names options: Demangler.Options = Demangler.Options())
    -> ModuleSymbols
  {
    var held = HeldNames(count: addresses.count)
    var malformed = 0
    var budget = 50_000_000
    let isWhole = lines()?.forEach { line in
      if line.count == 0 { return }
      var position = 0
      guard let start = Self.number(line, &position), let size = Self.number(line, &position), size > 0,
        position < line.count
      else {
        malformed += 1
        return
      }
      let end = start.addingReportingOverflow(size).overflow ? UInt64.max : start &+ size
      let first = addresses.partitionPoint { $0 >= start }
      var last = first
      while last < addresses.count, addresses[last] < end, budget > 0 {
        last += 1
        budget -= 1
      }
      if last > first { held.give(line.text(at: position, limit: Self.nameLimit), to: first..<last) }
    }
    malformedLines = malformed
    let shown = SymbolizedFrame.namedCode(held.names, options)
    let frames = zip(held.nameOf, addresses).map { name, address in
      name >= 0 ? [shown[Int(name)]] : [SymbolizedFrame.standIn(module: "[jit]", address: address)]
    }
    var symbols = ModuleSymbols(source: held.isEmpty ? "none" : "perf map " + place.fullPath, frames: frames)
    if isWhole == false || budget == 0 {
      let detail = isWhole == false ? "its rest, past 4 GB, was left out" : "its functions overlap too often"
      symbols.problem = SymbolProblem(
        module: "[jit]", buildID: nil, reason: .jitFileRefused(path: place.fullPath, detail: detail),
        unsymbolizedCount: symbols.unsymbolizedCount)
    }
    return symbols
  }

  /// Bytes of a name that are kept.
  private static let nameLimit = 4096

  /// The names that some address has at the moment: those that later lines replaced leave room for others.
  private struct HeldNames {
    private(set) var nameOf: [Int32]
    private(set) var names: [String] = []
    private var uses: [Int32] = []
    private var free: [Int32] = []

    init(count: Int) { nameOf = Array(repeating: -1, count: count) }

    var isEmpty: Bool { names.count == free.count }

    mutating func give(_ name: String, to addresses: Range<Int>) {
      let index: Int32
      if let reused = free.popLast() {
        index = reused
        names[Int(index)] = name
      } else {
        index = Int32(truncatingIfNeeded: names.count)
        names.append(name)
        uses.append(0)
      }
      for address in addresses {
        let old = nameOf[address]
        if old >= 0 {
          uses[Int(old)] -= 1
          if uses[Int(old)] == 0 {
            names[Int(old)] = ""
            free.append(old)
          }
        }
        nameOf[address] = index
      }
      uses[Int(index)] = Int32(truncatingIfNeeded: addresses.count)
    }
  }

  /// A hexadecimal number, with `0x` or without, and the blank behind it.
  private static func number(_ line: borrowing Span<UInt8>, _ position: inout Int) -> UInt64? {
    if position + 2 < line.count, line[position] == UInt8(ascii: "0"), line[position + 1] | 0x20 == UInt8(ascii: "x") {
      position += 2
    }
    guard let value = line.hexadecimal(at: &position), position < line.count, line[position] == UInt8(ascii: " ") else {
      return nil
    }
    position += 1
    return value
  }
}
