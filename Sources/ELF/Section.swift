import BinaryReading
import ProfileModel

/// A part of an image as the linker sees it (`Elf32_Shdr`, `Elf64_Shdr`).
package struct Section: Hashable, Sendable {
  /// From the section name table; empty when it can't be had.
  package var name: String
  /// What it holds.
  package var type: SectionType
  /// `SHF_*`.
  package var flags: UInt64
  /// First stated address; 0 for what is not loaded.
  package var address: UInt64
  /// First byte in the file.
  package var offset: UInt64
  /// Bytes in the file (in memory for `.noBits`), before decompression.
  package var size: UInt64
  /// Number of the section that this one refers to, such as a symbol table's strings.
  package var link: UInt32
  /// Meaning depends on the type.
  package var info: UInt32
  /// Bytes of an entry of a table.
  package var entrySize: UInt64

  /// `SHF_COMPRESSED`, or the older `.zdebug_` form.
  package var isCompressed: Bool { flags & 0x800 != 0 || name.hasPrefix(".zdebug_") }
  /// `SHF_ALLOC`: in memory when the program runs.
  package var isAllocated: Bool { flags & 0x2 != 0 }
  /// `SHF_EXECINSTR`.
  package var isExecutable: Bool { flags & 0x4 != 0 }
  /// False for sections that take up no bytes of the file, as most do in separate debug files.
  package var hasContents: Bool { type != .noBits && type != .null }
}

/// The type of a section (`sh_type`).
package struct SectionType: RawRepresentable, Hashable, Sendable {
  /// As the file has it.
  package var rawValue: UInt32
  /// The type with this number.
  package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// `SHT_NULL`: no section.
  package static let null = SectionType(rawValue: 0)
  /// `SHT_PROGBITS`.
  package static let programBits = SectionType(rawValue: 1)
  /// `SHT_SYMTAB`.
  package static let symbolTable = SectionType(rawValue: 2)
  /// `SHT_STRTAB`.
  package static let stringTable = SectionType(rawValue: 3)
  /// `SHT_RELA`: relocations with addends.
  package static let relocations = SectionType(rawValue: 4)
  /// `SHT_NOTE`.
  package static let note = SectionType(rawValue: 7)
  /// `SHT_NOBITS`.
  package static let noBits = SectionType(rawValue: 8)
  /// `SHT_DYNSYM`.
  package static let dynamicSymbols = SectionType(rawValue: 11)
}

extension ELFImage {
  /// More sections than `-ffunction-sections` makes of the largest programs.
  static let sectionLimit: UInt64 = 1 << 20
  /// Bytes of section names that are still read.
  static let sectionNameLimit: UInt64 = 64 << 20
  /// Bytes of one section's name: where many sections share a name without end, their names are cut.
  static let oneSectionNameLimit = 1024

  static func readSections(_ header: FileHeader, _ source: ImageSource, _ path: String) throws(ELFError)
    -> [Section]
  {
    guard header.sectionTable > 0, header.sectionCount > 0 else { return [] }
    guard header.sectionCount <= sectionLimit else {
      throw .overLimit(path: path, part: "sections", value: header.sectionCount, limit: sectionLimit)
    }
    let bytes = try source.read(
      at: header.sectionTable, count: header.sectionCount * header.addressSize.sectionHeaderSize, path: path)
    var (sections, nameOffsets): ([Section], [Int]) = ([], [])
    do throws(BinaryReadingError) {
      (sections, nameOffsets) = try decodeSections(bytes.rawSpan, header.addressSize)
    } catch { throw .reading(path: path, error) }
    guard header.sectionNames < sections.count else { return sections }
    let names = sections[Int(header.sectionNames)]
    guard names.hasContents, names.size <= sectionNameLimit else { return sections }
    let strings = try source.read(at: names.offset, count: names.size, path: path)
    for index in sections.indices {
      sections[index].name = strings.rawSpan.cString(at: nameOffsets[index], limit: oneSectionNameLimit) ?? ""
    }
    return sections
  }

  private static func decodeSections(_ view: RawSpan, _ addressSize: AddressSize) throws(BinaryReadingError)
    -> ([Section], [Int])
  {
    var sections: [Section] = []
    var nameOffsets: [Int] = []
    let size = Int(addressSize.sectionHeaderSize)
    sections.reserveCapacity(view.byteCount / size)
    for base in stride(from: 0, to: view.byteCount, by: size) {
      nameOffsets.append(Int(try view.load(at: base, as: UInt32.self)))
      sections.append(try Section(view, at: base, addressSize))
    }
    return (sections, nameOffsets)
  }
}

extension Section {
  /// Reads the header at `base`, all but its name.
  init(_ view: RawSpan, at base: Int, _ addressSize: AddressSize) throws(BinaryReadingError) {
    let type = SectionType(rawValue: try view.load(at: base + 4))
    switch addressSize {
    case .wide:
      self.init(
        name: "", type: type, flags: try view.load(at: base + 8), address: try view.load(at: base + 16),
        offset: try view.load(at: base + 24), size: try view.load(at: base + 32), link: try view.load(at: base + 40),
        info: try view.load(at: base + 44), entrySize: try view.load(at: base + 56))
    case .narrow:
      self.init(
        name: "", type: type, flags: try view.load(at: base + 8, addressSize),
        address: try view.load(at: base + 12, addressSize), offset: try view.load(at: base + 16, addressSize),
        size: try view.load(at: base + 20, addressSize), link: try view.load(at: base + 24),
        info: try view.load(at: base + 28), entrySize: try view.load(at: base + 36, addressSize))
    }
  }
}
