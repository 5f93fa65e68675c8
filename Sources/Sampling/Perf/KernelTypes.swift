import BinaryReading
import Glibc
import ProfileModel

/// Where the running kernel keeps what programs in it read, by the description of its types (BTF,
/// `Documentation/bpf/btf.rst` in the kernel's sources).
enum KernelTypes {
  /// Bytes from the beginning of `task_struct` to the user's thread pointer; nil where the kernel does not tell.
  static let threadPointerOffset: Int16? = {
    // On AArch64 (`thread.uw.tp_value`) nobody has tried.
    guard Architecture.host == .x86_64, let reader = try? FileReader(path: "/sys/kernel/btf/vmlinux") else {
      return nil
    }
    guard let size = try? reader.status().size, size <= sizeLimit, let bytes = try? reader.read(at: 0, count: size)
    else { return nil }
    return offset(of: ["thread", "fsbase"], in: "task_struct", bytes).flatMap { Int16(exactly: $0) }
  }()

  private static let sizeLimit: UInt64 = 32 << 20

  /// The kinds of types that have members.
  private static let (structure, union): (UInt32, UInt32) = (4, 5)

  /// The offset, in bytes, of a member's member.
  static func offset(of path: [String], in type: String, _ bytes: [UInt8]) -> UInt64? {
    try? Types(bytes).offset(of: path, in: type)
  }

  private struct Types {
    let bytes: [UInt8]
    let types: Range<Int>
    let strings: Range<Int>

    init(_ bytes: [UInt8]) throws(BinaryReadingError) {
      let span = bytes.rawSpan
      let magic: UInt16 = try span.load(at: 0)
      let header: UInt32 = try span.load(at: 4)
      guard magic == 0xEB9F else { throw .truncated(offset: 0, count: 2, available: 0) }
      func part(_ offset: Int) throws(BinaryReadingError) -> Range<Int> {
        let start: UInt32 = try span.load(at: offset)
        let length: UInt32 = try span.load(at: offset + 4)
        let range = Int(header) + Int(start)..<Int(header) + Int(start) + Int(length)
        guard range.upperBound <= bytes.count else {
          throw .truncated(offset: range.lowerBound, count: Int(length), available: bytes.count)
        }
        return range
      }
      types = try part(8)
      strings = try part(16)
      self.bytes = bytes
    }

    func offset(of path: [String], in name: String) throws(BinaryReadingError) -> UInt64? {
      guard let nameOffset = string(name) else { return nil }
      var places: [Int] = []
      var found: Int?
      try eachType { place, kind, name in
        places.append(place)
        if kind == structure, name == nameOffset { found = place }
      }
      guard var place = found else { return nil }
      var bits: UInt64 = 0
      for (index, member) in path.enumerated() {
        guard let (offset, type) = try self.member(member, of: place) else { return nil }
        bits += offset
        guard index + 1 < path.count else { break }
        guard type > 0, Int(type) <= places.count else { return nil }
        place = places[Int(type) - 1]
      }
      return bits / 8
    }

    /// A member's offset in bits, and the number of its type.
    private func member(
      _ name: String, of place: Int
    ) throws(BinaryReadingError) -> (offset: UInt64, type: UInt32)? {
      guard let wanted = string(name) else { return nil }
      let span = bytes.rawSpan
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

    private func eachType(_ body: (Int, UInt32, UInt32) -> Void) throws(BinaryReadingError) {
      let span = bytes.rawSpan
      var place = types.lowerBound
      while place + 12 <= types.upperBound {
        let info: UInt32 = try span.load(at: place + 4)
        let (kind, count) = (info >> 24 & 31, Int(info & 0xFFFF))
        body(place, kind, try span.load(at: place))
        place += 12 + Self.bytesBehind(kind: kind, count: count)
      }
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
      let wanted = Array(name.utf8)
      // SAFETY: the search stays inside `strings`, which lies inside `bytes`, and the pointers inside the closure.
      return unsafe bytes.withUnsafeBytes { all -> UInt32? in
        let strings = unsafe UnsafeRawBufferPointer(rebasing: all[self.strings])
        var start = 0
        while let base = strings.baseAddress, start < strings.count,
          let zero = unsafe memchr(base + start, 0, strings.count - start)
        {
          let end = unsafe UnsafeRawPointer(zero) - base
          if end - start == wanted.count, unsafe strings[start..<end].elementsEqual(wanted) {
            return UInt32(exactly: start)
          }
          start = end + 1
        }
        return nil
      }
    }
  }
}
