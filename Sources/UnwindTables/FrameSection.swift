import BinaryReading

/// The bytes of `.eh_frame` or `.debug_frame`, and where they count from.
struct FrameSection: Sendable {
  /// Which of the two layouts the bytes have.
  enum Kind: Sendable { case ehFrame, debugFrame }

  let kind: Kind
  let bytes: [UInt8]
  /// Section, text and data addresses; the function is not known here.
  let bases: PointerBases
}

/// One entry of a section, before its contents are looked at (DWARF 5, section 6.4.1; LSB core, section 10.6.1).
///
///     offset          idField        contents                      end
///     | length        | CIE id or    | version … or start …        |
///     | 4 or 12 bytes | CIE pointer  |                             |
struct FrameEntry: Sendable {
  /// What an entry is.
  enum Role: Sendable, Equatable {
    /// A length of zero.
    case terminator
    /// Common information of many functions.
    case cie
    /// A function, and where in the section its CIE is.
    case fde(cie: Int)
  }

  var role: Role
  var contents: Int
  var end: Int
  /// Whether the entry uses the 64-bit DWARF format.
  var isWide: Bool

  /// The entry that starts at `offset`; nil where its fields contradict each other.
  init?(at offset: Int, of kind: FrameSection.Kind, in bytes: RawSpan) throws(BinaryReadingError) {
    var cursor = ByteCursor(bytes)
    try cursor.seek(to: offset)
    let short: UInt32 = try cursor.read()
    isWide = short == .max
    if short == 0 {
      role = .terminator
      contents = cursor.offset
      end = cursor.offset
      return
    }
    let length = isWide ? try cursor.read(UInt64.self) : UInt64(short)
    guard short < 0xFFFF_FFF0 || isWide, length <= UInt64(cursor.remaining) else { return nil }
    let idField = cursor.offset
    end = idField + Int(length)
    let isLongID = isWide && kind == .debugFrame
    let id = isLongID ? try cursor.read(UInt64.self) : UInt64(try cursor.read(UInt32.self))
    contents = cursor.offset
    guard contents <= end else { return nil }
    switch kind {
    case .debugFrame:
      if id == (isLongID ? .max : UInt64(UInt32.max)) {
        role = .cie
      } else {
        guard id < UInt64(bytes.byteCount), let cie = Int(exactly: id) else { return nil }
        role = .fde(cie: cie)
      }
    case .ehFrame:
      if id == 0 {
        role = .cie
        // The specification has 4 bytes here in either format; some writers take 8. No version is zero.
        if isWide, end - contents > 4, try cursor.read(UInt32.self) == 0 { contents += 4 }
      } else {
        guard id <= UInt64(idField) else { return nil }
        role = .fde(cie: idField - Int(id))
      }
    }
  }
}
