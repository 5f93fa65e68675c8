import ELF

/// An ELF file in memory with the wanted units of a package, as libdw can read them.
struct SplitImage {
  /// The file.
  private(set) var bytes: [UInt8] = []
  /// Where each unit's own entry lies in `.debug_info`, by the unit's number.
  private(set) var entries: [UInt64: UInt64] = [:]

  /// Collects `units`, all with one base of ranges, out of `package`; addresses and DWARF 4's ranges are those of the
  /// program's own `image`.
  ///
  /// Nil when that takes more than `room` bytes, of which what it takes is subtracted.
  init?(_ units: [SkeletonUnit], of package: SplitPackage, image: ELFImage, room: inout UInt64) {
    func takes(_ count: Int) -> Bool {
      guard UInt64(count) <= room else { return false }
      room -= UInt64(count)
      return true
    }
    func contents(_ name: String) -> [UInt8] {
      image.section(named: name).flatMap { try? image.contents(of: $0) } ?? []
    }
    var (info, abbreviations, offsets, lists): ([UInt8], [UInt8], [UInt8], [UInt8]) = ([], [], [], [])
    var addresses = contents(".debug_addr")
    let ranges = Array(contents(".debug_ranges").dropFirst(Int(clamping: units.first?.rangesBase ?? 0)))
    guard takes(2 * (addresses.count + ranges.count + package.strings.count)) else { return nil }
    for unit in units where entries[unit.number] == nil {
      let table = package.bytes(.abbreviations, of: unit.number)
      guard var split = SplitUnit(info: package.bytes(.info, of: unit.number), abbreviations: table),
        unit.addressBase <= addresses.count
      else { continue }
      let isFive = split.abbreviationsField == 8
      while (addresses.count - Int(unit.addressBase)) % 8 != 0 { addresses.append(0) }
      let bases = SplitUnit.Bases(
        strings: UInt64(offsets.count + (isFive ? 8 : 0)), addresses: unit.addressBase,
        ranges: isFive ? UInt64(lists.count + 12) : unit.rangesBase,
        lowAddressIndex: (UInt64(addresses.count) - unit.addressBase) / 8)
      guard let abbreviation = split.rewrite(bases) else { continue }
      for shift in stride(from: UInt64(0), to: 64, by: 8) {
        addresses.append(UInt8(truncatingIfNeeded: unit.lowAddress >> shift))
      }
      // The unit may use any table of its slice: the new declaration goes before the one that it names.
      let start = Self.word(split.info, split.abbreviationsField)
      guard start <= table.count else { continue }
      Self.put(UInt32(truncatingIfNeeded: abbreviations.count), at: split.abbreviationsField, in: &split.info)
      abbreviations += abbreviation + table.dropFirst(start) + [0]
      let strings = package.bytes(.stringOffsets, of: unit.number)
      let unitLists = package.bytes(.rangeLists, of: unit.number)
      guard takes(2 * (table.count + split.info.count + strings.count + unitLists.count)) else { return nil }
      entries[unit.number] = UInt64(info.count + split.entry)
      info += split.info
      offsets += strings
      lists += unitLists
    }
    bytes = Self.file(of: [
      (".debug_info", info), (".debug_abbrev", abbreviations), (".debug_str", package.strings),
      (".debug_str_offsets", offsets), (".debug_rnglists", lists), (".debug_addr", addresses),
      (".debug_ranges", ranges),
    ])
  }

  /// A file of sections alone (System V gABI, chapter 4).
  static func file(of sections: [(name: String, contents: [UInt8])]) -> [UInt8] {
    let sections = sections.filter { !$0.contents.isEmpty }
    var names: [UInt8] = [0]
    var headers = [UInt8](repeating: 0, count: 64)
    var bytes = [UInt8](repeating: 0, count: 64)
    func header(name: Int, type: UInt32, offset: Int, size: Int) -> [UInt8] {
      var header = [UInt8](repeating: 0, count: 64)
      Self.put(UInt32(truncatingIfNeeded: name), at: 0, in: &header)
      Self.put(type, at: 4, in: &header)
      Self.put(UInt64(offset), at: 24, in: &header)
      Self.put(UInt64(size), at: 32, in: &header)
      Self.put(1 as UInt64, at: 48, in: &header)
      return header
    }
    for section in sections {
      headers += header(name: names.count, type: 1, offset: bytes.count, size: section.contents.count)
      names += Array(section.name.utf8) + [0]
      bytes += section.contents
      bytes += [UInt8](repeating: 0, count: -bytes.count & 7)
    }
    let namesName = names.count
    names += Array(".shstrtab".utf8) + [0]
    headers += header(name: namesName, type: 3, offset: bytes.count, size: names.count)
    bytes += names
    bytes += [UInt8](repeating: 0, count: -bytes.count & 7)
    let start: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1]
    bytes.replaceSubrange(0..<7, with: start)
    Self.put(0x003E_0002 as UInt32, at: 16, in: &bytes)  // ET_EXEC, EM_X86_64: libdw decodes no registers here
    Self.put(1 as UInt32, at: 20, in: &bytes)
    Self.put(UInt64(bytes.count), at: 40, in: &bytes)
    Self.put(64 as UInt16, at: 52, in: &bytes)
    Self.put(64 as UInt16, at: 58, in: &bytes)
    Self.put(UInt16(sections.count + 2), at: 60, in: &bytes)
    Self.put(UInt16(sections.count + 1), at: 62, in: &bytes)
    return bytes + headers
  }

  private static func word(_ bytes: [UInt8], _ position: Int) -> Int {
    (0..<4).reduce(0) { $0 | Int(bytes[position + $1]) << (8 * $1) }
  }

  private static func put<T: FixedWidthInteger>(_ value: T, at position: Int, in bytes: inout [UInt8]) {
    for index in 0..<T.bitWidth / 8 { bytes[position + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
  }
}
