/// An ELF file of sections alone, laid out in memory (System V gABI, chapter 4).
@safe
final class SectionsFile {
  /// A section to be.
  typealias Section = (name: String, size: Int)

  private let bytes: UnsafeMutableRawBufferPointer

  /// Bytes of the file.
  var byteCount: Int { unsafe bytes.count }
  /// Its first byte, which lives as long as this value.
  @unsafe
  var start: UnsafeMutablePointer<CChar>? {
    unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
  }

  private static let headerSize = 64

  /// Lays out `sections`; `fill` writes the contents of each, by number, and says whether it could. Nil when one can't.
  init?(_ sections: [Section], fill: (Int, inout MutableRawSpan) -> Bool) {
    let names = sections.map(\.name) + [".shstrtab"]
    let nameTable: [UInt8] = [0] + names.flatMap { Array($0.utf8) + [0] }
    var offsets: [Int] = []
    var end = Self.headerSize
    for size in sections.map(\.size) + [nameTable.count] {
      offsets.append(end)
      let (sum, overflow) = end.addingReportingOverflow(size)
      guard !overflow, sum < 1 << 40 else { return nil }
      end = (sum + 7) & ~7
    }
    let table = end
    let total = table + (sections.count + 2) * Self.headerSize
    unsafe bytes = .allocate(byteCount: total, alignment: 16)
    // SAFETY: all offsets were laid out within `total` above; `output` is the section's own part.
    for index in sections.indices {
      var output = unsafe MutableRawSpan(
        _unsafeBytes: UnsafeMutableRawBufferPointer(
          rebasing: bytes[offsets[index]..<offsets[index] + sections[index].size]))
      guard fill(index, &output) else { return nil }
      padding(from: offsets[index] + sections[index].size)
    }
    put(nameTable, at: offsets[sections.count])
    padding(from: offsets[sections.count] + nameTable.count)
    putHeader(table: table, sections: sections.count)
    put([UInt8](repeating: 0, count: Self.headerSize), at: table)
    var name = 1
    for index in names.indices {
      let isNames = index == sections.count
      var header = [UInt8](repeating: 0, count: Self.headerSize)
      header.put(UInt32(truncatingIfNeeded: name), at: 0)
      header.put(isNames ? 3 : 1 as UInt32, at: 4)  // SHT_STRTAB, SHT_PROGBITS
      header.put(UInt64(offsets[index]), at: 24)
      header.put(UInt64(isNames ? nameTable.count : sections[index].size), at: 32)
      header.put(1 as UInt64, at: 48)
      put(header, at: table + (index + 1) * Self.headerSize)
      name += names[index].utf8.count + 1
    }
  }

  /// A file of sections whose contents are at hand; empty ones are left out.
  convenience init?(_ sections: [(name: String, contents: [UInt8])]) {
    let sections = sections.filter { !$0.contents.isEmpty }
    self.init(sections.map { ($0.name, $0.contents.count) }) { index, output in
      // SAFETY: as long as the section, as stated one line above.
      unsafe output.withUnsafeMutableBytes { unsafe $0.copyBytes(from: sections[index].contents) }
      return true
    }
  }

  deinit { unsafe bytes.deallocate() }

  private func putHeader(table: Int, sections: Int) {
    var header: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: Self.headerSize - 7)
    header.put(0x003E_0002 as UInt32, at: 16)  // ET_EXEC, EM_X86_64: libdw decodes no registers here
    header.put(1 as UInt32, at: 20)
    header.put(UInt64(table), at: 40)
    header.put(64 as UInt16, at: 52)
    header.put(64 as UInt16, at: 58)
    header.put(UInt16(sections + 2), at: 60)
    header.put(UInt16(sections + 1), at: 62)
    put(header, at: 0)
  }

  private func put(_ contents: [UInt8], at offset: Int) {
    // SAFETY: the caller's offset and length are within the layout; `rebasing` checks them.
    unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[offset..<offset + contents.count]).copyBytes(from: contents)
  }

  private func padding(from end: Int) { put([UInt8](repeating: 0, count: -end & 7), at: end) }
}

extension [UInt8] {
  /// Writes a little-endian number over the bytes at `position`.
  mutating func put<T: FixedWidthInteger>(_ value: T, at position: Int) {
    for index in 0..<T.bitWidth / 8 { self[position + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
  }
}
