import BinaryReading

/// Where one function is and how its frames are unwound (DWARF 5, section 6.4.1; LSB core, section 10.6.1.2).
struct FrameDescriptionEntry: Sendable {
  /// Where the function starts; nil where the file alone doesn't tell.
  var start: UInt64?
  /// The bytes of the function.
  var length: UInt64
  /// Where in the section the call frame instructions are.
  var instructions: Range<Int>

  /// Reads the rest of `entry`, which is an FDE of `cie`.
  init(_ entry: FrameEntry, cie: CommonInformationEntry, in section: FrameSection) throws(BinaryReadingError) {
    var cursor = ByteCursor(try section.bytes.rawSpan.slice(at: 0, count: entry.end))
    try cursor.seek(to: entry.contents)
    if entry.isWide { try cursor.skip(cie.extraPointerBytes) }
    start = try cursor.readPointer(cie.pointerEncoding, from: section.bases)
    length = try cursor.readPointer(cie.pointerEncoding.lengthEncoding, from: section.bases) ?? 0
    if cie.hasAugmentationData {
      let count = try cursor.readULEB128()
      guard count <= UInt64(cursor.remaining) else {
        throw .truncated(offset: cursor.offset, count: Int(clamping: count), available: cursor.remaining)
      }
      try cursor.skip(Int(count))
    }
    instructions = cursor.offset..<entry.end
  }
}
