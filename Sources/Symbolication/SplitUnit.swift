import BinaryReading

/// What the program's own file says of a unit whose other half is in a package.
struct SkeletonUnit {
  /// The number that both halves have in common.
  var number: UInt64
  /// Where its addresses begin in `.debug_addr`.
  var addressBase: UInt64
  /// Where its ranges begin in `.debug_ranges` (DWARF 4).
  var rangesBase: UInt64
  /// What its ranges count from; 0 for none.
  var lowAddress: UInt64
}

/// A split unit rewritten so that it can be read without its skeleton: its own entry is replaced by one of the same
/// length that tells where its addresses, strings and ranges begin.
///
///     before:  header │ entry: producer, name …           │ children …
///     after:   header │ entry: low_pc, the bases, padding │ children …     references in it still hold
struct SplitUnit {
  /// With the offset of its abbreviations still to be written at `abbreviationsField`.
  var info: [UInt8]
  /// Position of the first entry in `info`.
  var entry: Int
  var abbreviationsField: Int

  /// Number of the abbreviation that is put before the unit's own.
  private static let code: UInt64 = 0x3FFF

  /// The places where the unit's parts begin in the sections that it is put into.
  struct Bases {
    var strings: UInt64
    var addresses: UInt64
    var ranges: UInt64
    /// Position of the unit's low address among its addresses.
    var lowAddressIndex: UInt64
  }

  private let version: UInt16
  private let room: Int

  /// Nil for units that are damaged, or in a form that isn't written to packages.
  init?(info slice: ArraySlice<UInt8>, abbreviations: ArraySlice<UInt8>) {
    let data = Array(slice)
    do throws(BinaryReadingError) {
      let bytes = data.rawSpan
      let length: UInt32 = try bytes.load(at: 0)
      version = try bytes.load(at: 4)
      guard length < 0xFFFF_FFF0, Int(length) + 4 <= data.count else { return nil }
      switch version {
      case 4: (abbreviationsField, entry) = (6, 11)
      case 5: (abbreviationsField, entry) = (8, 20)
      default: return nil
      }
      let own: UInt32 = try bytes.load(at: abbreviationsField)
      var cursor = ByteCursor(bytes)
      try cursor.seek(to: entry)
      let code = try cursor.readULEB128()
      let table = Array(abbreviations)
      guard let forms = try Self.forms(of: code, in: table, at: Int(own)) else { return nil }
      for form in forms where try !Self.skip(form, &cursor) { return nil }
      room = cursor.offset - entry
      info = Array(data.prefix(Int(length) + 4))
    } catch { return nil }
  }

  /// Puts the new entry in place and returns its abbreviation, which goes before the unit's own.
  ///
  /// Nil when the old entry was too short.
  mutating func rewrite(_ bases: Bases) -> [UInt8]? {
    var bytes = Self.unsigned(Self.code) + Self.unsigned(bases.lowAddressIndex)
    let rest = room - bytes.count
    guard rest >= 1, rest <= 0xFFFF else { return nil }
    let isShort = rest <= 0x100
    let padding = rest - (isShort ? 1 : 2)
    bytes += isShort ? [UInt8(truncatingIfNeeded: padding)] : [UInt8(padding & 0xFF), UInt8(padding >> 8)]
    bytes += [UInt8](repeating: 0, count: padding)
    info.replaceSubrange(entry..<entry + room, with: bytes)
    let isFive = version == 5
    // DW_TAG_compile_unit with children: DW_AT_low_pc, DW_AT_hi_user as padding, then bases as DW_FORM_implicit_const.
    var abbreviation = Self.unsigned(Self.code) + [0x11, 1]
    abbreviation += [0x11] + Self.unsigned(isFive ? 0x1B : 0x1F01)
    abbreviation += Self.unsigned(0x3FFF) + [isShort ? 0x0A : 0x03]
    abbreviation += Self.base(0x72, bases.strings)
    abbreviation += Self.base(isFive ? 0x73 : 0x2133, bases.addresses)
    abbreviation += Self.base(isFive ? 0x74 : 0x2132, bases.ranges)
    return abbreviation + [0, 0]
  }

  private static func base(_ attribute: UInt64, _ value: UInt64) -> [UInt8] {
    // Signed LEB128: one bit more than unsigned.
    var bytes = unsigned(attribute) + [0x21]
    var rest = value
    while rest >= 0x40 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  private static func unsigned(_ value: UInt64) -> [UInt8] {
    var (bytes, rest): ([UInt8], UInt64) = ([], value)
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  /// The forms of an abbreviation's attributes.
  private static func forms(of code: UInt64, in table: [UInt8], at start: Int) throws(BinaryReadingError) -> [UInt64]? {
    var cursor = ByteCursor(table.rawSpan)
    try cursor.seek(to: start)
    while true {
      let found = try cursor.readULEB128()
      guard found != 0 else { return nil }
      _ = try cursor.readULEB128()
      _ = try cursor.read(UInt8.self)
      var forms: [UInt64] = []
      while true {
        let (attribute, form) = (try cursor.readULEB128(), try cursor.readULEB128())
        if attribute == 0, form == 0 { break }
        if form == 0x21 { _ = try cursor.readSLEB128() }
        forms.append(form)
      }
      if found == code { return forms }
    }
  }

  /// Moves past a value (DWARF 5 §7.5.6, in its 32-bit form with 8-byte addresses); false for unknown forms.
  private static func skip(_ form: UInt64, _ cursor: inout ByteCursor) throws(BinaryReadingError) -> Bool {
    switch form {
    case 0x0B, 0x0C, 0x11, 0x25, 0x29: try cursor.skip(1)
    case 0x05, 0x12, 0x26, 0x2A: try cursor.skip(2)
    case 0x27, 0x2B: try cursor.skip(3)
    case 0x06, 0x0E, 0x10, 0x13, 0x17, 0x1C, 0x1D, 0x1F, 0x28, 0x2C, 0x1F20, 0x1F21: try cursor.skip(4)
    case 0x01, 0x07, 0x14, 0x20, 0x24: try cursor.skip(8)
    case 0x1E: try cursor.skip(16)
    case 0x0D, 0x0F, 0x15, 0x1A, 0x1B, 0x22, 0x23, 0x1F01, 0x1F02: _ = try cursor.readULEB128()
    case 0x08: _ = try cursor.readCString()
    case 0x0A: try cursor.skip(Int(try cursor.read(UInt8.self)))
    case 0x03: try cursor.skip(Int(try cursor.read(UInt16.self)))
    case 0x09, 0x18:
      guard let count = Int(exactly: try cursor.readULEB128()) else { return false }
      try cursor.skip(count)
    case 0x19, 0x21: break
    default: return false
    }
    return true
  }
}
