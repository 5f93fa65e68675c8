import BinaryReading
public import ProfileModel

/// `.eh_frame_hdr`: a linker's sorted table of functions (LSB core, section 10.6.2).
public struct EHFrameHeader: Sendable {
  /// Stated address of `.eh_frame`, for images whose section headers are gone.
  public let ehFrameAddress: UInt64
  /// The number of functions in the table.
  let count: Int
  private let table: Int
  private let encoding: PointerEncoding

  /// Reads the header's fixed part; nil when it makes no sense or has no table that can be searched.
  ///
  /// - Parameters:
  ///   - address: The header's own stated address.
  ///   - addressSize: How wide the image's addresses are.
  public init?(bytes: RawSpan, address: UInt64, addressSize: AddressSize = .wide) {
    guard let header = try? Self.parse(bytes, address: address, addressSize) else { return nil }
    self = header
  }

  private init(ehFrameAddress: UInt64, count: Int, table: Int, encoding: PointerEncoding) {
    self.ehFrameAddress = ehFrameAddress
    self.count = count
    self.table = table
    self.encoding = encoding
  }

  private static func parse(_ bytes: RawSpan, address: UInt64, _ addressSize: AddressSize)
    throws(BinaryReadingError) -> EHFrameHeader?
  {
    var cursor = ByteCursor(bytes)
    let bases = PointerBases(section: address, text: 0, data: address, function: nil, addressSize: addressSize)
    guard try cursor.read(UInt8.self) == 1 else { return nil }
    let pointerEncoding = PointerEncoding(rawValue: try cursor.read())
    let countEncoding = PointerEncoding(rawValue: try cursor.read())
    let tableEncoding = PointerEncoding(rawValue: try cursor.read())
    guard let ehFrame = try cursor.readPointer(pointerEncoding, from: bases),
      let count = try cursor.readPointer(countEncoding, from: bases),
      let size = tableEncoding.fixedSize(addressSize), tableEncoding.application != 0x50,
      count <= UInt64(cursor.remaining / (2 * size))
    else { return nil }
    return EHFrameHeader(
      ehFrameAddress: ehFrame, count: Int(count), table: cursor.offset, encoding: tableEncoding)
  }

  /// The functions in the table; nil when the table is not sorted or leads out of the section.
  ///
  /// - Complexity: O(`count`)
  func index(bytes: RawSpan, address: UInt64, section: FrameSection) -> DescribedFunctions? {
    guard section.bases.section == ehFrameAddress else { return nil }
    return try? buildIndex(bytes: bytes, address: address, section: section)
  }

  private func buildIndex(bytes: RawSpan, address: UInt64, section: FrameSection)
    throws(BinaryReadingError) -> DescribedFunctions?
  {
    let addressSize = section.bases.addressSize
    let size = encoding.fixedSize(addressSize) ?? 8
    let bases = PointerBases(
      section: address, text: section.bases.text, data: address, function: nil, addressSize: addressSize)
    var cursor = ByteCursor(bytes)
    // Functions that the linker dropped may stand at address zero: the middle one is surely near the others.
    try cursor.seek(to: table + count / 2 * 2 * size)
    guard count > 0, let middle = try cursor.readPointer(encoding, from: bases) else { return nil }
    let origin = DescribedFunctions.origin(around: middle)
    try cursor.seek(to: table)
    var entries: [UInt64] = []
    entries.reserveCapacity(count)
    for position in 0..<count {
      let start: UInt64
      let fde: UInt64
      if encoding.rawValue == 0x3B {
        // What linkers write: pairs of 4 bytes, relative to the header.
        let first = Int64(try bytes.load(at: table + 8 * position, as: Int32.self))
        let second = Int64(try bytes.load(at: table + 8 * position + 4, as: Int32.self))
        start = (address &+ UInt64(bitPattern: first)) & addressSize.mask
        fde = (address &+ UInt64(bitPattern: second)) & addressSize.mask
      } else {
        guard let first = try cursor.readPointer(encoding, from: bases),
          let second = try cursor.readPointer(encoding, from: bases)
        else { return nil }
        (start, fde) = (first, second)
      }
      let offset = fde &- ehFrameAddress
      guard offset < UInt64(section.bytes.count),
        let entry = DescribedFunctions.pack(start: start, offset: Int(offset), origin: origin)
      else { return nil }
      // Also refuses what is sorted by address but passes 2^64.
      if let last = entries.last, last >> 32 > entry >> 32 { return nil }
      entries.append(entry)
    }
    return DescribedFunctions(sorted: entries, origin: origin)
  }
}
