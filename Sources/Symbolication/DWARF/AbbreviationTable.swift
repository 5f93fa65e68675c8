import BinaryReading

/// The shapes of a unit's entries: tags, and attributes with their forms (DWARF 5, section 7.5.3).
final class AbbreviationTable {
  /// One shape.
  struct Abbreviation {
    /// Nil for those that nothing here asks for.
    var tag: Tag?
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
    /// Nil for those that nothing here asks for.
    var name: AttributeName?
    /// Nil for a form that is none.
    var form: Form?
    /// Of `DW_FORM_implicit_const`, position in `constants`.
    var constant: Int32
  }

  private(set) var attributes: [Attribute] = []
  private(set) var constants: [Int64] = []
  /// Those numbered 1, 2, 3… as all compilers do.
  private var dense: [Abbreviation] = []
  private var others: [UInt64: Abbreviation] = [:]
  /// The one that was asked for first, which is the unit's own entry's; those before it are passed over.
  private var own: (code: UInt64, abbreviation: Abbreviation)?

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
    if own == nil, dense.isEmpty, others.isEmpty { own = find(code).map { (code, $0) } }
    if let own, own.code == code { return own.abbreviation }
    while code > UInt64(dense.count), !isAtEnd, others.isEmpty || others[code] == nil { readNext() }
    if code <= UInt64(dense.count), code > 0 { return dense[Int(code) - 1] }
    return others[code]
  }

  /// The shape of this number, without reading those before it. Most units hold no wanted address, and need no other.
  private func find(_ code: UInt64) -> Abbreviation? {
    let bytes = bytes
    var cursor = ByteCursor(bytes.rawSpan)
    guard (try? cursor.seek(to: position)) != nil else { return nil }
    defer { unreported += cursor.offset - position }
    while let next = try? cursor.readULEB128(), next != 0 {
      if next == code { return try? Self.read(&cursor, sizes, &attributes, &constants) }
      guard (try? Self.skip(&cursor)) != nil else { return nil }
    }
    return nil
  }

  /// Passes over a shape behind its number.
  private static func skip(_ cursor: inout ByteCursor) throws(BinaryReadingError) {
    _ = try cursor.readULEB128()
    let _: UInt8 = try cursor.read()
    while true {
      let (name, form) = (try cursor.readULEB128(), try cursor.readULEB128())
      if name == 0, form == 0 { return }
      if form == UInt64(Form.implicitConstant.rawValue) { _ = try cursor.readSLEB128() }
    }
  }

  private func readNext() {
    isAtEnd = true
    let bytes = bytes
    var cursor = ByteCursor(bytes.rawSpan)
    guard (try? cursor.seek(to: position)) != nil, let code = try? cursor.readULEB128(), code != 0,
      let abbreviation = try? Self.read(&cursor, sizes, &attributes, &constants)
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

  private static func read(
    _ cursor: inout ByteCursor, _ sizes: FormSizes, _ attributes: inout [Attribute], _ constants: inout [Int64]
  ) throws(BinaryReadingError) -> Abbreviation {
    let tag = UInt16(exactly: try cursor.readULEB128()).flatMap(Tag.init)
    let hasChildren: UInt8 = try cursor.read()
    let first = attributes.count
    var (size, hasSibling) = (0, false)
    while true {
      let (nameCode, formCode) = (try cursor.readULEB128(), try cursor.readULEB128())
      if nameCode == 0, formCode == 0 { break }
      let name = UInt16(exactly: nameCode).flatMap(AttributeName.init)
      let form = UInt16(exactly: formCode).flatMap(Form.init)
      var constant: Int32 = 0
      if form == .implicitConstant {
        constant = Int32(truncatingIfNeeded: constants.count)
        constants.append(try cursor.readSLEB128())
      }
      attributes.append(Attribute(name: name, form: form, constant: constant))
      if name == .sibling { hasSibling = true }
      let bytes = sizes.size(of: form)
      size = size < 0 || bytes < 0 ? -1 : size + bytes
    }
    return Abbreviation(
      tag: tag, hasChildren: hasChildren != 0, attributes: first..<attributes.count, fixedSize: size,
      hasSibling: hasSibling)
  }
}
