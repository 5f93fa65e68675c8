import BinaryReading
import ELF
import Searching

/// What Go's functions are called and how to unwind them, from the table that every Go program carries for its own tracebacks (`.gopclntab`),
/// also when it was stripped of everything else.
///
/// Go describes a function by how far its stack pointer has moved at each instruction; frame records are told by the
/// code. Its `.debug_frame` says no more, and says nothing of frame pointers.
///
///     header     magic, sizes, counts, textStart, offsets of what follows
///     functab    (entry − textStart, offset of _func) for each function, sorted; then the end of the last
///     _func      entry, name, …, pcsp: offset in pctab
///     pctab      (change of the value, zigzag) (length in bytes), varints, until a change of 0
///
/// Source: Go's `src/runtime/symtab.go` and `src/internal/abi/symtab.go`, since Go 1.18. Everything is untrusted.
package struct GoFunctionTable: Sendable {
  private let bytes: [UInt8]
  private let textStart: UInt64
  private let count: Int
  private let nameOffset: Int
  private let pctabOffset: Int
  private let functabOffset: Int

  /// Where a program has the table: by the name of its section.
  private static let sectionNames = [".gopclntab", ".data.rel.ro.gopclntab"]
  /// Bytes of the table that are still read.
  private static let sizeLimit: UInt64 = 512 << 20

  /// The table of a program; nil when it is no Go program, or its table is of an unknown form.
  package init?(_ image: ELFImage) {
    guard let section = Self.sectionNames.lazy.compactMap({ image.section(named: $0) }).first,
      let bytes = try? image.contents(of: section, limit: Self.sizeLimit)
    else { return nil }
    let code = image.segments.filter { $0.type == .load && $0.isExecutable }
    guard let start = code.map(\.virtualAddress).min(),
      let end = code.map({ $0.virtualAddress &+ $0.fileSize }).max(), start < end
    else { return nil }
    self.init(bytes, textRange: start..<end)
  }

  /// The table in these bytes; nil where they are none of a known form for a machine with 64-bit words.
  ///
  /// - Parameter textRange: Stated addresses of the program's code, where functions must lie.
  init?(_ bytes: [UInt8], textRange: Range<UInt64>) {
    let span = bytes.rawSpan
    do throws(BinaryReadingError) {
      let magic: UInt32 = try span.load(at: 0)
      let (quantum, wordSize): (UInt8, UInt8) = (try span.load(at: 6), try span.load(at: 7))
      guard magic == 0xFFFF_FFF0 || magic == 0xFFFF_FFF1, quantum == 1, wordSize == 8 else { return nil }
      func word(_ index: Int) throws(BinaryReadingError) -> UInt64 { try span.load(at: 8 + 8 * index) }
      guard let count = Int(exactly: try word(0)), let names = Int(exactly: try word(3)),
        let pctab = Int(exactly: try word(6)), let functab = Int(exactly: try word(7)), count > 0,
        count <= bytes.count / 8, max(names, pctab, functab) < bytes.count,
        functab + count * 8 + 4 <= bytes.count
      else { return nil }
      textStart = try word(2)
      (self.count, nameOffset, pctabOffset, functabOffset) = (count, names, pctab, functab)
    } catch { return nil }
    guard textRange.contains(textStart) else { return nil }
    self.bytes = bytes
  }

  /// A function.
  package struct Function: Hashable, Sendable {
    /// Stated addresses of its code.
    package var range: Range<UInt64>
    /// Its full name, such as `net/http.(*conn).serve`.
    package var name: String
    fileprivate var description: Int
  }

  /// The function that holds a stated address.
  ///
  /// - Complexity: O(log n).
  package func function(containing address: UInt64) -> Function? {
    guard address >= textStart, let relative = UInt32(exactly: address - textStart) else { return nil }
    let next = (0..<count).partitionPoint { entry($0).map { $0 > relative } ?? true }
    guard next > 0, let start = entry(next - 1), let end = entry(next), relative < end,
      let offset: UInt32 = load(functabOffset + (next - 1) * 8 + 4), let description = Int(exactly: offset),
      let stated: UInt32 = load(functabOffset + description), stated == start,
      let nameStart: Int32 = load(functabOffset + description + 4), nameStart >= 0,
      let name = try? bytes.rawSpan.cString(at: nameOffset + Int(nameStart))
    else { return nil }
    return Function(
      range: textStart + UInt64(start)..<textStart + UInt64(end), name: name,
      description: functabOffset + description)
  }

  /// Bytes between the stack pointer and the return address, at an address in the function; nil where none is told.
  package func stackDepth(at address: UInt64, in function: Function) -> Int64? {
    stretch(at: address, in: function)?.depth
  }

  /// The largest such distance anywhere in the function.
  package func frameSize(of function: Function) -> Int64 {
    var largest: Int64 = 0
    forEachStretch(in: function) { depth, _ in
      largest = max(largest, depth)
      return false
    }
    return largest
  }

  private func stretch(at address: UInt64, in function: Function) -> (depth: Int64, end: UInt64)? {
    var found: (depth: Int64, end: UInt64)?
    forEachStretch(in: function) { depth, end in
      guard address < end else { return false }
      found = (depth, end)
      return true
    }
    return found
  }

  /// Calls `body` with each value and where it ends, until it has enough.
  private func forEachStretch(in function: Function, _ body: (_ depth: Int64, _ end: UInt64) -> Bool) {
    guard let offset: UInt32 = load(function.description + 16), offset != 0 else { return }
    var cursor = ByteCursor(bytes.rawSpan)
    var depth: Int64 = -1
    var pc = function.range.lowerBound
    do throws(BinaryReadingError) {
      try cursor.seek(to: pctabOffset + Int(offset))
      var isFirst = true
      while pc < function.range.upperBound {
        let change = try cursor.readULEB128()
        if change == 0, !isFirst { return }
        isFirst = false
        depth = depth &+ Int64(bitPattern: change >> 1 ^ (0 &- (change & 1)))
        let length = try cursor.readULEB128()
        guard length > 0, length <= function.range.upperBound - pc else { return }
        pc += length
        if body(depth, pc) { return }
      }
    } catch { return }
  }

  private func entry(_ index: Int) -> UInt32? { load(functabOffset + index * 8) }

  private func load<T: FixedWidthInteger & BitwiseCopyable>(_ offset: Int) -> T? { try? bytes.rawSpan.load(at: offset) }
}
