import Demangling
import ProfileModel

/// A perf map: lines `START SIZE name` with hexadecimal numbers, as JIT compilers write them to `/tmp/perf-PID.map`
/// (Linux, `tools/perf/Documentation/jit-interface.txt`).
///
/// Addresses are used again, so a later line wins over the earlier ones that it overlaps.
public struct PerfMap: Sendable {
  private let place: String
  /// Lines that are none, as of the last reading.
  public private(set) var malformedLines = 0

  /// A map at `path`, which nobody checked; nothing is read yet.
  public init(path: String) { place = path }

  /// The map that `process` writes: the file, why it was refused, or nil for both when there is none.
  public static func find(_ process: JITProcess) -> (map: PerfMap?, problem: SymbolProblem?) {
    for path in process.places(of: "/tmp/perf-\(process.namespacePID).map") {
      guard let lines = TextLines(path: path) else { continue }
      guard lines.owner == process.user else {
        let problem = SymbolProblem(
          module: "[jit]", buildID: nil,
          reason: .jitFileRefused(path: path, detail: "its owner is not user \(process.user)"), unsymbolizedCount: 0)
        return (nil, problem)
      }
      return (PerfMap(path: path), nil)
    }
    return (nil, nil)
  }

  /// Finds the functions of `addresses`, actual ones, ascending, in one pass over the file as it is now.
  public mutating func symbolize(addresses: [UInt64], names options: Demangler.Options = Demangler.Options())
    -> ModuleSymbols
  {
    var nameOf = [Int32](repeating: -1, count: addresses.count)
    var names: [String] = []
    var malformed = 0
    var budget = 50_000_000
    TextLines(path: place)?.forEach { line in
      if line.count == 0 { return }
      var position = 0
      guard let start = Self.number(line, &position), let size = Self.number(line, &position), size > 0,
        position < line.count
      else {
        malformed += 1
        return
      }
      let end = start.addingReportingOverflow(size).overflow ? UInt64.max : start &+ size
      var (low, high) = (0, addresses.count)
      while low < high {
        let middle = (low + high) / 2
        if addresses[middle] < start { low = middle + 1 } else { high = middle }
      }
      guard low < addresses.count, addresses[low] < end else { return }
      names.append(line.text(at: position))
      while low < addresses.count, addresses[low] < end, budget > 0 {
        nameOf[low] = Int32(truncatingIfNeeded: names.count - 1)
        low += 1
        budget -= 1
      }
    }
    malformedLines = malformed
    let shown = SymbolizedFrame.named(names, options)
    let frames = zip(nameOf, addresses).map { name, address in
      name >= 0
        ? [shown[Int(name)]]
        : [SymbolizedFrame(name: "[jit]+0x" + String(address, radix: 16), isSymbolized: false)]
    }
    return ModuleSymbols(source: names.isEmpty ? "none" : "perf map " + place, frames: frames)
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
