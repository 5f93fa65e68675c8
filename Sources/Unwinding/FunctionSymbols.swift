import BinaryReading
import ELF
import Searching

/// Where an image's functions begin and end by its symbol table, as far as code without unwind information asks.
struct FunctionSymbols {
  /// Starts and ends, sorted by start; a function whose size nobody states ends where it begins.
  private var ranges: [(start: UInt64, end: UInt64)] = []

  /// Bytes of a symbol table that are still read.
  private static let sizeLimit: UInt64 = 64 << 20
  /// How far behind the start of a function without size still may be part of it.
  private static let reach: UInt64 = 4_096

  /// The functions of `.symtab`, or of `.dynsym` where there is none.
  init(_ image: ELFImage) {
    guard let table = [".symtab", ".dynsym"].lazy.compactMap({ image.section(named: $0) }).first(where: \.hasContents),
      let entries = try? image.contents(of: table, limit: Self.sizeLimit)
    else { return }
    let span = entries.rawSpan
    for base in stride(from: 0, through: entries.count - 24, by: 24) {
      guard let info: UInt8 = try? span.load(at: base + 4), info & 15 == 2 || info & 15 == 10,
        let index: UInt16 = try? span.load(at: base + 6), index != 0,
        let start: UInt64 = try? span.load(at: base + 8), let size: UInt64 = try? span.load(at: base + 16)
      else { continue }
      ranges.append((start, start &+ min(size, 1 << 30)))
    }
    // Comparing both takes three times as long, and two functions at one place are rare.
    ranges.sort { $0.start == $1.start ? $0.end < $1.end : $0.start < $1.start }
  }

  /// The bounds of the function at a stated address; nil where no symbol tells.
  func range(containing address: UInt64) -> Range<UInt64>? {
    let next = firstIndex(after: address)
    guard next > 0 else { return nil }
    let (start, stated) = ranges[next - 1]
    let limit = next < ranges.count ? ranges[next].start : UInt64.max
    let end = stated > start ? stated : min(limit, start &+ Self.reach)
    return address < end ? start..<end : nil
  }

  /// Whether a function begins at a stated address.
  func isStart(_ address: UInt64) -> Bool {
    let next = firstIndex(after: address)
    return next > 0 && ranges[next - 1].start == address
  }

  private func firstIndex(after address: UInt64) -> Int { ranges.partitionPoint { $0.start > address } }
}
