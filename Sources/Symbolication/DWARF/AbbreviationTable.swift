import BinaryReading

/// The shapes of a unit's entries: tags, and attributes with their forms (DWARF 5, section 7.5.3).
final class AbbreviationTable {
  /// One shape.
  struct Abbreviation {
    var tag: UInt16
    var hasChildren: Bool
    /// Positions in `attributes`.
    var attributes: Range<Int>
    /// Bytes of all attributes; -1 where that depends on their contents.
    var fixedSize: Int
    /// Whether an attribute tells where the next sibling is.
    var hasSibling: Bool
  }

  /// An attribute and how its value is written.
  struct Attribute {
    var name: UInt16
    var form: UInt16
    /// Of `DW_FORM_implicit_const`, position in `constants`.
    var constant: Int32
  }

  private(set) var attributes: [Attribute] = []
  private(set) var constants: [Int64] = []
  /// Those numbered 1, 2, 3… as all compilers do.
  private var dense: [Abbreviation] = []
  private var others: [UInt64: Abbreviation] = [:]

  /// The whole section, and how far it was read: units without wanted addresses need their first shape only.
  private let bytes: [UInt8]
  private var position: Int
  private var isAtEnd = false
  private let sizes: FormSizes

  /// The table that the unit says it uses; read as far as it is asked for.
  init(_ section: [UInt8], for unit: UnitHeader) {
    bytes = section
    position = unit.abbreviations
    sizes = FormSizes(address: unit.addressSize, offset: unit.offsetSize, version: unit.version)
  }

  /// Bytes read since the last call.
  private var unreported = 0
  func takeCost() -> Int {
    defer { unreported = 0 }
    return unreported
  }

  /// The shape of this number; nil for none.
  func abbreviation(_ code: UInt64) -> Abbreviation? {
    while code > UInt64(dense.count), !isAtEnd, others.isEmpty || others[code] == nil { readNext() }
    if code <= UInt64(dense.count), code > 0 { return dense[Int(code) - 1] }
    return others[code]
  }

  private func readNext() {
    isAtEnd = true
    let bytes = bytes
    var cursor = ByteCursor(bytes.rawSpan)
    guard (try? cursor.seek(to: position)) != nil, let code = try? cursor.readULEB128(), code != 0,
      let abbreviation = try? read(&cursor, sizes)
    else { return }
    isAtEnd = false
    unreported += cursor.offset - position
    position = cursor.offset
    if code == UInt64(dense.count) + 1 {
      dense.append(abbreviation)
    } else if others[code] == nil {
      others[code] = abbreviation
    }
  }

  private func read(_ cursor: inout ByteCursor, _ sizes: FormSizes) throws(BinaryReadingError) -> Abbreviation {
    let tag = UInt16(truncatingIfNeeded: try cursor.readULEB128())
    let hasChildren: UInt8 = try cursor.read()
    let first = attributes.count
    var (size, hasSibling) = (0, false)
    while true {
      let name = UInt16(truncatingIfNeeded: try cursor.readULEB128())
      let form = UInt16(truncatingIfNeeded: try cursor.readULEB128())
      if name == 0, form == 0 { break }
      var constant: Int32 = 0
      if form == Form.implicitConstant {
        constant = Int32(truncatingIfNeeded: constants.count)
        constants.append(try cursor.readSLEB128())
      }
      attributes.append(Attribute(name: name, form: form, constant: constant))
      if name == 0x01 { hasSibling = true }
      let bytes = sizes.size(of: form)
      size = size < 0 || bytes < 0 ? -1 : size + bytes
    }
    return Abbreviation(
      tag: tag, hasChildren: hasChildren != 0, attributes: first..<attributes.count, fixedSize: size,
      hasSibling: hasSibling)
  }
}

/// Bytes of values by form.
struct FormSizes {
  var address: Int
  var offset: Int
  var version: UInt16

  /// Bytes of a value; -1 where its contents tell.
  func size(of form: UInt16) -> Int {
    switch form {
    case 0x0B, 0x0C, 0x11, 0x25, 0x29: 1
    case 0x05, 0x12, 0x26, 0x2A: 2
    case 0x27, 0x2B: 3
    case 0x06, 0x13, 0x1C, 0x28, 0x2C: 4
    case 0x07, 0x14, 0x20, 0x24: 8
    case 0x1E: 16
    case Form.address: address
    case 0x0E, 0x17, 0x1D, 0x1F, 0x1F20, 0x1F21: offset
    // An offset since version 3, an address before.
    case Form.referenceAddress: version <= 2 ? address : offset
    case 0x19, Form.implicitConstant: 0
    default: -1
    }
  }
}

/// Forms that are named in more than one place (DWARF 5, section 7.5.6).
enum Form {
  static let address: UInt16 = 0x01
  static let string: UInt16 = 0x08
  static let referenceAddress: UInt16 = 0x10
  static let implicitConstant: UInt16 = 0x21
  static let rangeListIndex: UInt16 = 0x23
}
