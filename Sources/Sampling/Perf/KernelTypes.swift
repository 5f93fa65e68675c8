import BinaryReading
import CLinuxPerf
import Glibc
import ProfileModel

/// Where the running kernel keeps what programs in it read, by the description of its types (BTF,
/// `Documentation/bpf/btf.rst` in the kernel's sources).
enum KernelTypes {
  /// Whether it's known of this architecture what to look for; on AArch64 (`thread.uw.tp_value`) nobody has tried.
  static let areKnown = Architecture.host == .x86_64

  /// Bytes from the beginning of `task_struct` to the user's thread pointer; nil where the kernel does not tell.
  static let threadPointerOffset: UInt64? = areKnown ? taskOffsets([["thread", "fsbase"]])?.first : nil

  /// Bytes from the beginning of `task_struct` to these members, or members of members; nil where the kernel does not tell
  /// of one.
  static func taskOffsets(_ paths: [[String]]) -> [UInt64]? {
    guard let reader = try? FileReader(path: "/sys/kernel/btf/vmlinux"),
      let size = try? reader.status().size, size > 0, size <= sizeLimit
    else { return nil }
    func offsets(_ bytes: RawSpan) -> [UInt64]? {
      let found = paths.compactMap { offset(of: $0, in: "task_struct", bytes) }
      return found.count == paths.count ? found : nil
    }
    if let found = withMapping(of: reader, size: Int(size), { offsets($0) }) { return found }
    guard let bytes = try? reader.read(at: 0, count: size) else { return nil }
    return offsets(bytes.rawSpan)
  }

  private static let sizeLimit: UInt64 = 32 << 20

  /// Calls `body` with the file's bytes where the kernel maps this file (since Linux 6.16): nothing is copied then. It is
  /// the kernel's own memory, which nobody truncates.
  private static func withMapping<Result>(
    of file: borrowing FileReader, size: Int, _ body: (RawSpan) -> Result?
  ) -> Result? {
    // SAFETY: a new mapping that nobody else knows of, unmapped before this returns; `body` can't keep the span.
    let start = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, file.descriptor, 0)
    guard let start = unsafe start, unsafe start != MAP_FAILED else { return nil }
    defer { unsafe munmap(start, size) }
    return body(unsafe RawSpan(_unsafeStart: start, byteCount: size))
  }

  /// The kinds of types that have members.
  private static let (structure, union): (UInt32, UInt32) = (4, 5)

  /// The offset, in bytes, of a member's member.
  static func offset(of path: [String], in type: String, _ bytes: RawSpan) -> UInt64? {
    try? Types(bytes).offset(of: path, in: type)
  }

  private struct Types: ~Escapable {
    let span: RawSpan
    let types: Range<Int>
    let strings: Range<Int>

    @_lifetime(copy span)
    init(_ span: RawSpan) throws(BinaryReadingError) {
      let magic: UInt16 = try span.load(at: 0)
      let header: UInt32 = try span.load(at: 4)
      guard magic == 0xEB9F else { throw .truncated(offset: 0, count: 2, available: 0) }
      func part(_ offset: Int) throws(BinaryReadingError) -> Range<Int> {
        let start: UInt32 = try span.load(at: offset)
        let length: UInt32 = try span.load(at: offset + 4)
        let range = Int(header) + Int(start)..<Int(header) + Int(start) + Int(length)
        guard range.upperBound <= span.byteCount else {
          throw .truncated(offset: range.lowerBound, count: Int(length), available: span.byteCount)
        }
        return range
      }
      types = try part(8)
      strings = try part(16)
      self.span = span
    }

    func offset(of path: [String], in name: String) throws(BinaryReadingError) -> UInt64? {
      guard let nameOffset = string(name) else { return nil }
      guard var place = try firstType(where: { _, kind, name in kind == structure && name == nameOffset }) else {
        return nil
      }
      var bits: UInt64 = 0
      for (index, member) in path.enumerated() {
        guard let (offset, type) = try self.member(member, of: place) else { return nil }
        bits += offset
        guard index + 1 < path.count else { break }
        guard let next = try firstType(where: { number, _, _ in number == type }) else { return nil }
        place = next
      }
      return bits / 8
    }

    /// A member's offset in bits, and the number of its type.
    private func member(
      _ name: String, of place: Int
    ) throws(BinaryReadingError) -> (offset: UInt64, type: UInt32)? {
      guard let wanted = string(name) else { return nil }
      let info: UInt32 = try span.load(at: place + 4)
      for index in 0..<Int(info & 0xFFFF) {
        let member = place + 12 + 12 * index
        let name: UInt32 = try span.load(at: member)
        guard name == wanted else { continue }
        let offset: UInt32 = try span.load(at: member + 8)
        // With this flag the upper bits are the size of a bit field.
        return (UInt64(info >> 31 == 1 ? offset & 0xFF_FFFF : offset), try span.load(at: member + 4))
      }
      return nil
    }

    /// Where the first type lies of which `isWanted` says so, by its number, kind and name.
    private func firstType(where isWanted: (UInt32, UInt32, UInt32) -> Bool) throws(BinaryReadingError) -> Int? {
      var place = types.lowerBound
      var number: UInt32 = 1
      while place + 12 <= types.upperBound {
        let info: UInt32 = try span.load(at: place + 4)
        let (kind, count) = (info >> 24 & 31, Int(info & 0xFFFF))
        if isWanted(number, kind, try span.load(at: place)) { return place }
        place += 12 + Self.bytesBehind(kind: kind, count: count)
        number &+= 1
      }
      return nil
    }

    /// Bytes that follow the three words that every type has.
    private static func bytesBehind(kind: UInt32, count: Int) -> Int {
      switch kind {
      case 1, 14, 17: 4  // int, variable, tag of a declaration
      case 3: 12  // array
      case structure, union, 15, 19: 12 * count  // data section, enumeration of 64 bits
      case 6, 13: 8 * count  // enumeration, function's parameters
      default: 0
      }
    }

    /// Where a name lies among the strings; each is there once.
    private func string(_ name: String) -> UInt32? {
      // The first string is the empty one, so that a zero lies before each other.
      let wanted = [0] + Array(name.utf8) + [0]
      // SAFETY: the search stays inside `strings`, which lies inside the span, and the pointers inside the closure.
      return unsafe span.withUnsafeBytes { all -> UInt32? in
        let strings = unsafe UnsafeRawBufferPointer(rebasing: all[self.strings])
        guard let base = strings.baseAddress,
          let found = unsafe clp_find(base, strings.count, wanted, wanted.count)
        else { return nil }
        return UInt32(exactly: unsafe found - base + 1)
      }
    }
  }
}
