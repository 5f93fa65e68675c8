import BinaryReading

/// The list of symbol files that a program keeps for gdb ("JIT Compilation Interface" in gdb's manual).
///
///     __jit_debug_descriptor          jit_code_entry               ┌─▶ jit_code_entry
///     │ version │ action │            │ next ──────────────────────┘   │ next: 0
///     │ relevant entry   │            │ previous: 0                    │ previous
///     │ first entry ───────────────▶  │ symbol file's address, size    │ …
///
/// The program goes on while its list is read. What was read of it may belong to different times; nothing is believed but
/// what makes sense by itself.
package enum JITDebugList {
  /// What was read.
  package struct Contents: Sendable {
    /// The symbol files, as the list has them.
    package var files: [RegisteredBytes] = []
    /// Whether the list was the same from the first word read to the last, and was read to its end.
    package var isWhole = false
  }

  /// The symbol by which debuggers find the list.
  package static let symbol = "__jit_debug_descriptor"

  /// Bytes of one symbol file.
  private static let fileLimit: UInt64 = 8 << 20
  private static let entryLimit = 4_096

  /// Reads the list whose descriptor is at an address.
  package static func read(descriptor: UInt64, _ memory: inout some BoundedMemory & ~Copyable) -> Contents {
    var contents = Contents()
    // Version 1 is the only one.
    guard let head = memory.bytes(at: descriptor, count: 24), (try? head.rawSpan.load(at: 0, as: UInt32.self)) == 1,
      let first: UInt64 = try? head.rawSpan.load(at: 16)
    else { return contents }
    var seen: Set<UInt64> = []
    var next = first
    while next != 0, next & 7 == 0, seen.count < entryLimit, seen.insert(next).inserted {
      guard let entry = memory.bytes(at: next, count: 32), let following: UInt64 = try? entry.rawSpan.load(at: 0),
        let address: UInt64 = try? entry.rawSpan.load(at: 16), let size: UInt64 = try? entry.rawSpan.load(at: 24)
      else { return contents }
      if size >= 64, size <= fileLimit, let bytes = memory.bytes(at: address, count: size) {
        let place = RegisteredBytes.Place(kind: .symbolFile, entry: next, address: address)
        contents.files.append(RegisteredBytes(place: place, bytes: bytes))
      }
      next = following
    }
    contents.isWhole = next == 0 && memory.bytes(at: descriptor, count: 24) == head
    return contents
  }
}
