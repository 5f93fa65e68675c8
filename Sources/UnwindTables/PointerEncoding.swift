import BinaryReading
import ProfileModel

/// How a pointer is written in `.eh_frame` and `.eh_frame_hdr` (LSB core specification, section 10.5.1).
struct PointerEncoding: Hashable, Sendable {
  var rawValue: UInt8

  /// A plain address.
  static let absolute = PointerEncoding(rawValue: 0x00)
  /// No pointer at all.
  static let omitted = PointerEncoding(rawValue: 0xFF)

  /// The lower half: how many bytes, and whether signed.
  var format: UInt8 { rawValue & 0x0F }
  /// What the value counts from.
  var application: UInt8 { rawValue & 0x70 }
  /// Whether the pointer is stored at the address that the value gives, where only the process can read it.
  var isIndirect: Bool { rawValue & 0x80 != 0 }
  /// The encoding of a length beside a pointer: the same format, counted from nothing.
  var lengthEncoding: PointerEncoding { PointerEncoding(rawValue: format) }

  /// The bytes of one value in an image with addresses of this size; nil where that varies or the format is unknown.
  func fixedSize(_ addressSize: AddressSize) -> Int? {
    switch format {
    case 0x0, 0x8: addressSize.bytes
    case 0x4, 0xC: 8
    case 0x2, 0xA: 2
    case 0x3, 0xB: 4
    default: nil
    }
  }
}

/// What encoded pointers may count from.
struct PointerBases: Sendable, BitwiseCopyable {
  /// Stated address of the cursor's first byte.
  var section: UInt64
  /// Stated address of the code section.
  var text: UInt64
  /// Stated address that data-relative pointers count from.
  var data: UInt64
  /// Stated address of the function that is being described, once known.
  var function: UInt64?
  /// How wide the image's addresses are.
  var addressSize = AddressSize.wide
}

extension ByteCursor {
  /// Reads an encoded pointer; nil where its value can't be known from the file or its encoding is unknown.
  ///
  /// The cursor has moved past the pointer unless its very format is unknown.
  @_lifetime(self: copy self)
  mutating func readPointer(_ encoding: PointerEncoding, from bases: PointerBases)
    throws(BinaryReadingError) -> UInt64?
  {
    if encoding == .omitted { return nil }
    if encoding.application == 0x50 {
      let alignment = UInt64(bases.addressSize.bytes)
      let misaligned = (bases.section &+ UInt64(offset)) & (alignment - 1)
      if misaligned != 0 { try skip(Int(alignment - misaligned)) }
    }
    let field = bases.section &+ UInt64(offset)
    let value: UInt64
    switch encoding.format {
    case 0x0, 0x8: value = bases.addressSize == .wide ? try read() : UInt64(try read(UInt32.self))
    case 0x4, 0xC: value = try read()
    case 0x1: value = try readULEB128()
    case 0x9: value = UInt64(bitPattern: try readSLEB128())
    case 0x2: value = UInt64(try read(UInt16.self))
    case 0x3: value = UInt64(try read(UInt32.self))
    case 0xA: value = UInt64(bitPattern: Int64(try read(Int16.self)))
    case 0xB: value = UInt64(bitPattern: Int64(try read(Int32.self)))
    default: return nil
    }
    if encoding.isIndirect { return nil }
    let mask = bases.addressSize.mask
    switch encoding.application {
    case 0x00, 0x50: return value & mask
    case 0x10: return (value &+ field) & mask
    case 0x20: return (value &+ bases.text) & mask
    case 0x30: return (value &+ bases.data) & mask
    case 0x40: return bases.function.map { (value &+ $0) & mask }
    default: return nil
    }
  }
}
