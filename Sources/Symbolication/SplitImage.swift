import ELF

/// The wanted units of a package as sections that libdw can read.
struct SplitImage {
  /// The sections' names and contents.
  private(set) var sections: [(name: String, contents: [UInt8])] = []
  /// Where each unit's own entry lies in `.debug_info`, by the unit's number.
  private(set) var entries: [UInt64: UInt64] = [:]

  /// Collects `units`, all with one base of ranges, out of `package`; addresses and DWARF 4's ranges are those of the program's own `image`.
  init(_ units: [SkeletonUnit], of package: SplitPackage, image: ELFImage) {
    func contents(_ name: String) -> [UInt8] {
      image.section(named: name).flatMap { try? image.contents(of: $0) } ?? []
    }
    var (info, abbreviations, offsets, lists): ([UInt8], [UInt8], [UInt8], [UInt8]) = ([], [], [], [])
    var addresses = contents(".debug_addr")
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
      split.info.put(UInt32(truncatingIfNeeded: abbreviations.count), at: split.abbreviationsField)
      abbreviations += abbreviation + table.dropFirst(start) + [0]
      entries[unit.number] = UInt64(info.count + split.entry)
      info += split.info
      offsets += package.bytes(.stringOffsets, of: unit.number)
      lists += package.bytes(.rangeLists, of: unit.number)
    }
    sections = [
      (".debug_info", info), (".debug_abbrev", abbreviations), (".debug_str", package.strings),
      (".debug_str_offsets", offsets), (".debug_rnglists", lists), (".debug_addr", addresses),
      (".debug_ranges", Array(contents(".debug_ranges").dropFirst(Int(clamping: units.first?.rangesBase ?? 0)))),
    ]
  }

  private static func word(_ bytes: [UInt8], _ position: Int) -> Int {
    (0..<4).reduce(0) { $0 | Int(bytes[position + $1]) << (8 * $1) }
  }
}
