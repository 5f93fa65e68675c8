import BinaryReading
import ProfileModel

/// What many functions have in common (DWARF 5, section 6.4.1; LSB core, section 10.6.1.1).
struct CommonInformationEntry: Sendable {
  /// Where in the section the entry starts.
  var offset: Int
  var codeAlignment: UInt64
  var dataAlignment: Int64
  /// How FDEs write where their function is.
  var pointerEncoding: PointerEncoding
  /// Whether FDEs begin with a length of augmentation data.
  var hasAugmentationData: Bool
  var isSignalFrame: Bool
  /// How much longer than 4 bytes the CIE pointer of 64-bit FDEs in `.eh_frame` is.
  var extraPointerBytes: Int
  /// False when something in the entry has no known meaning; its functions can be placed, not decoded.
  var isUnderstood: Bool
  /// The rules at the start of each function.
  var initial: FrameState

  /// Reads the CIE at `offset`; nil when there is none, or none whose FDEs could be read.
  init?(at offset: Int, in section: FrameSection, conventions: FrameConventions, machine: inout CallFrameMachine)
    throws(BinaryReadingError)
  {
    let bytes = section.bytes.rawSpan
    guard let entry = try FrameEntry(at: offset, of: section.kind, in: bytes), entry.role == .cie else { return nil }
    self.offset = offset
    extraPointerBytes = entry.isWide && entry.contents == offset + 20 && section.kind == .ehFrame ? 4 : 0
    pointerEncoding = .absolute
    hasAugmentationData = false
    isSignalFrame = false
    isUnderstood = true
    initial = FrameState()

    // The span ends with the entry, so that no field can reach into the next one.
    var cursor = ByteCursor(try bytes.slice(at: 0, count: entry.end))
    try cursor.seek(to: entry.contents)
    let version: UInt8 = try cursor.read()
    guard version == 1 || version == 3 || version == 4 else { return nil }
    let augmentation = cursor.offset
    while try cursor.read(UInt8.self) != 0 {}
    let augmentationEnd = cursor.offset - 1
    if version == 4 {
      let addressSize: UInt8 = try cursor.read()
      let selectorSize: UInt8 = try cursor.read()
      guard Int(addressSize) == section.bases.addressSize.bytes, selectorSize == 0 else { return nil }
    }
    var letters = ByteCursor(try bytes.slice(at: augmentation, count: augmentationEnd - augmentation))
    let isOldGNU =
      letters.remaining >= 2 && bytes[letter: augmentation] == "e" && bytes[letter: augmentation + 1] == "h"
    if isOldGNU {
      // GCC 2 put a pointer to its exception table here.
      try cursor.skip(section.bases.addressSize.bytes)
      try letters.skip(2)
    }
    codeAlignment = try cursor.readULEB128()
    dataAlignment = try cursor.readSLEB128()
    let column = version == 1 ? UInt64(try cursor.read(UInt8.self)) : try cursor.readULEB128()
    if column != UInt64(conventions.returnAddressColumn) { isUnderstood = false }

    if !letters.isAtEnd {
      guard try letters.read(UInt8.self) == UInt8(ascii: "z") else { return nil }
      hasAugmentationData = true
      let length = try cursor.readULEB128()
      guard length <= UInt64(cursor.remaining) else { return nil }
      let instructions = cursor.offset + Int(length)
      try readAugmentation(&letters, data: &cursor, section: section)
      try cursor.seek(to: instructions)
    }
    let isComplete = machine.runInitial(
      cie: self, instructions: cursor.offset..<entry.end, section: section, conventions: conventions)
    initial = machine.state
    if !isComplete { isUnderstood = false }
  }

  private mutating func readAugmentation(
    _ letters: inout ByteCursor, data: inout ByteCursor, section: FrameSection
  ) throws(BinaryReadingError) {
    while !letters.isAtEnd {
      switch try letters.read(UInt8.self) {
      case UInt8(ascii: "R"): pointerEncoding = PointerEncoding(rawValue: try data.read())
      case UInt8(ascii: "P"):
        let encoding = PointerEncoding(rawValue: try data.read())
        _ = try data.readPointer(encoding, from: section.bases)
      case UInt8(ascii: "L"): try data.skip(1)
      case UInt8(ascii: "S"): isSignalFrame = true
      // The other pointer authentication key, and tagged stacks: neither changes where anything is.
      case UInt8(ascii: "B"), UInt8(ascii: "G"): break
      default:
        // Data of later letters can't be found any more, the FDEs' pointer encoding among them.
        isUnderstood = false
        return
      }
    }
  }
}

extension RawSpan {
  /// The byte at `offset` as a letter; a zero outside the span.
  fileprivate subscript(letter offset: Int) -> Unicode.Scalar {
    guard let byte: UInt8 = try? load(at: offset) else { return "\0" }
    return Unicode.Scalar(byte)
  }
}
