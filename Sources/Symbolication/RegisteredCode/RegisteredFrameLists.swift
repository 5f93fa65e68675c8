import BinaryReading

/// The `.eh_frame`s that a program has registered with libgcc, by `__register_frame` and its sisters.
///
/// libgcc up to version 12 keeps them in two lists of `struct object` (`unwind-dw2-fde.h`), the heads of which,
/// `unseen_objects` and `seen_objects`, are static variables. A stripped libgcc has no symbols for them, but its whole
/// `.bss` is a few hundred bytes, so that each of its words is tried: what it leads to is believed only if it is an
/// object, and the object only if it leads to call frame information.
///
///     struct object   │ pc_begin │ tbase │ dbase │ u │ flags │ next │     8 bytes each
///     u is            .eh_frame, an array of pointers (flag 2), or the sorted vector (flag 1), which begins with either
package enum RegisteredFrameLists {
  /// The function whose library has the lists.
  package static let function = "__register_frame_info"
  /// The heads, where there are symbols for them.
  package static let heads = ["unseen_objects", "seen_objects"]

  /// Bytes of the `.bss` that are tried.
  package static let areaLimit: UInt64 = 4_096
  /// Bytes of one `.eh_frame`.
  private static let frameLimit = 8 << 20
  private static let objectLimit = 4_096
  private static let sorted: UInt64 = 1
  private static let fromArray: UInt64 = 2

  /// Reads the lists whose heads may be among the words at these addresses.
  package static func read(heads: some Sequence<Range<UInt64>>, _ memory: inout some BoundedMemory & ~Copyable)
    -> [RegisteredBytes]
  {
    var found: [RegisteredBytes] = []
    var seen: Set<UInt64> = []
    for area in heads {
      let count = area.upperBound &- area.lowerBound
      guard count >= 8, count <= areaLimit, let words = memory.bytes(at: area.lowerBound, count: count) else {
        continue
      }
      for offset in stride(from: 0, through: words.count - 8, by: 8) {
        guard var next: UInt64 = try? words.rawSpan.load(at: offset) else { break }
        while next != 0, next & 7 == 0, seen.count < objectLimit, seen.insert(next).inserted {
          guard let following = take(object: next, into: &found, &memory) else { break }
          next = following
        }
      }
    }
    return found
  }

  /// Reads one object, and returns where the next one is; nil where it is none.
  private static func take(
    object: UInt64, into found: inout [RegisteredBytes], _ memory: inout some BoundedMemory & ~Copyable
  ) -> UInt64? {
    guard let bytes = memory.bytes(at: object, count: 48), let begin: UInt64 = try? bytes.rawSpan.load(at: 24),
      let flags: UInt64 = try? bytes.rawSpan.load(at: 32), let next: UInt64 = try? bytes.rawSpan.load(at: 40),
      begin != 0, flags >> 32 == 0, flags & ~7 != 0
    else { return nil }
    var start: UInt64? = begin
    if flags & sorted != 0 { start = word(at: begin, &memory) }
    guard let start else { return nil }
    var isObject = false
    if flags & fromArray != 0 {
      for index in 0..<UInt64(objectLimit) {
        guard let frames = word(at: start &+ 8 * index, &memory), frames != 0 else { break }
        isObject = take(frames: frames, of: object, into: &found, &memory) || isObject
      }
    } else {
      isObject = take(frames: start, of: object, into: &found, &memory)
    }
    return isObject ? next : nil
  }

  private static func word(at address: UInt64, _ memory: inout some BoundedMemory & ~Copyable) -> UInt64? {
    guard address & 7 == 0, let bytes = memory.bytes(at: address, count: 8) else { return nil }
    return try? bytes.rawSpan.load(at: 0)
  }

  /// Reads an `.eh_frame` up to the length of zero that ends it; false where there is none.
  private static func take(
    frames address: UInt64, of object: UInt64, into found: inout [RegisteredBytes],
    _ memory: inout some BoundedMemory & ~Copyable
  ) -> Bool {
    guard found.count < objectLimit, address & 3 == 0 else { return false }
    var frames: [UInt8] = []
    var end = 0
    while end < frameLimit {
      guard fill(&frames, to: end + 4, from: address, &memory), let length: UInt32 = try? frames.rawSpan.load(at: end)
      else { return false }
      if length == 0 { break }
      // The 64-bit form, which no compiler writes here, is refused as too long.
      guard Int(length) <= frameLimit - end, fill(&frames, to: end + 4 + Int(length), from: address, &memory) else {
        return false
      }
      if end == 0, !beginsWithCommonInformation(frames) { return false }
      end += 4 + Int(length)
    }
    guard end > 0 else { return false }
    frames.removeSubrange(end...)
    let place = RegisteredBytes.Place(kind: .frames, entry: object, address: address)
    found.append(RegisteredBytes(place: place, bytes: frames))
    return true
  }

  /// Whether the first entry has the identifier 0 and a version that there is.
  private static func beginsWithCommonInformation(_ frames: [UInt8]) -> Bool {
    frames.count > 9 && frames[4..<8].allSatisfy { $0 == 0 } && (frames[8] == 1 || frames[8] == 3)
  }

  /// Reads on until there are so many bytes, to the end of a page each time.
  private static func fill(
    _ bytes: inout [UInt8], to count: Int, from address: UInt64, _ memory: inout some BoundedMemory & ~Copyable
  ) -> Bool {
    guard bytes.count < count else { return true }
    let start = address &+ UInt64(bytes.count)
    let end = (address &+ UInt64(count) &+ pageMask) & ~pageMask
    guard start < end, let more = memory.bytes(at: start, count: end - start) else { return false }
    bytes += more
    return true
  }

  /// No architecture's pages are smaller.
  private static let pageMask: UInt64 = 4_095
}
