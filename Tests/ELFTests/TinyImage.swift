/// An ELF file of a few hundred bytes: one loaded segment, one note with a build ID, and whatever sections are asked for.
struct TinyImage {
  var loadOffset: UInt64 = 0
  var loadAddress: UInt64 = 0x40_0000
  var loadSize: UInt64?
  var sectionTable: UInt64 = 0
  var sectionCount: UInt16 = 0
  var firstSectionSize: UInt64 = 0
  /// Flags, offset, address and size of more `PT_LOAD` segments.
  var extraLoads: [(flags: UInt32, offset: UInt64, address: UInt64, size: UInt64)] = []

  var bytes: [UInt8] {
    var writer: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
    func append(_ value: some FixedWidthInteger) {
      withUnsafeBytes(of: value.littleEndian) { writer += $0 }
    }
    let note: [UInt8] = [4, 0, 0, 0, 8, 0, 0, 0, 3, 0, 0, 0, 0x47, 0x4E, 0x55, 0, 1, 2, 3, 4, 5, 6, 7, 8]
    // 0x00 file header, 0x40 first section header, 0x80 program headers, then the note.
    append(UInt16(3))
    append(UInt16(62))
    append(UInt32(1))
    append(UInt64(0x40_0100))
    append(UInt64(0x80))
    append(sectionTable)
    append(UInt32(0))
    append(UInt16(64))
    append(UInt16(56))
    append(UInt16(2 + extraLoads.count))
    append(UInt16(64))
    append(sectionCount)
    append(UInt16(0))
    for value in [0, 0, 0, 0, firstSectionSize, 0, 0, 0] as [UInt64] { append(value) }
    let noteOffset = UInt64(0x80 + (2 + extraLoads.count) * 56)
    for (type, flags, offset, address, size) in [
      (1, 5, loadOffset, loadAddress, loadSize ?? noteOffset + UInt64(note.count)),
      (4, 4, noteOffset, loadAddress &+ noteOffset, UInt64(note.count)),
    ] as [(UInt32, UInt32, UInt64, UInt64, UInt64)] + extraLoads.map({ (1, $0.flags, $0.offset, $0.address, $0.size) })
    {
      append(type)
      append(flags)
      for value in [offset, address, address, size, size, 0x1000] { append(value) }
    }
    return writer + note
  }
}
