import BinaryReading

extension FrameReader {
  /// Builds an index of all functions by one pass over the section, and tells whether none was left out.
  ///
  /// A length of zero ends a section for the C runtime's unwinder. Linkers that merge sections leave such words in the
  /// middle, with entries after them, so the pass goes on to the end of the bytes.
  ///
  /// - Complexity: O(n log n) for n functions, O(n) where they are sorted already.
  mutating func scan(_ section: FrameSection) -> (DescribedFunctions, isComplete: Bool) {
    var entries: [UInt64] = []
    entries.reserveCapacity(section.bytes.count / 64)
    var origin: UInt64?
    var isComplete = true
    var isSorted = true
    var offset = 0
    while offset < section.bytes.count {
      guard let entry = try? FrameEntry(at: offset, of: section.kind, in: section.bytes.rawSpan)
      else {
        // Nothing behind this can be found. Fewer than 4 bytes are padding.
        isComplete = isComplete && section.bytes.count - offset < 4
        break
      }
      // Ends: an entry is at least 4 bytes long.
      defer { offset = entry.end }
      guard case .fde = entry.role else { continue }
      guard let (_, fde) = function(entry, in: section), let start = fde.start else {
        isComplete = false
        continue
      }
      if fde.length == 0 { continue }
      let base = origin ?? DescribedFunctions.origin(around: start)
      origin = base
      guard let packed = DescribedFunctions.pack(start: start, offset: offset, origin: base) else {
        isComplete = false
        continue
      }
      if let last = entries.last, last > packed { isSorted = false }
      entries.append(packed)
    }
    if !isSorted { entries.sort() }
    return (DescribedFunctions(sorted: entries, origin: origin ?? 0), isComplete)
  }

  /// The number of functions up to the section's end or its first terminator, without a look at them.
  static func countFunctions(_ section: FrameSection) -> Int {
    var count = 0
    var offset = 0
    while offset < section.bytes.count,
      let entry = try? FrameEntry(at: offset, of: section.kind, in: section.bytes.rawSpan), entry.role != .terminator
    {
      if case .fde = entry.role { count += 1 }
      offset = entry.end
    }
    return count
  }
}
