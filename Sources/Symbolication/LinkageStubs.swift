import BinaryReading
import ELF
import ProfileModel

/// Names the stubs by which an image calls into others (`.plt`, `.plt.sec`, `.plt.got`): `puts@plt`.
///
/// A stub jumps through a slot of the global offset table, and a relocation tells which symbol the slot is for
/// (System V ABI for AMD64, section 5.2; for Intel386, "Procedure Linkage Table"; AAELF64, the same).
struct LinkageStubs {
  private var sections: [(start: UInt64, end: UInt64, entrySize: UInt64, bytes: [UInt8])] = []
  /// Name by address of the slot.
  private var slots: [UInt64: String] = [:]
  private let architecture: Architecture
  private let addressSize: AddressSize
  /// What stubs of position-independent code for i386 count from: `_GLOBAL_OFFSET_TABLE_`, the value of %ebx.
  private let globalOffsetTable: UInt64

  /// Bytes of stubs, and of relocations and dynamic symbols, that are still read.
  private static let limit: UInt64 = 64 << 20
  /// Bytes of the rest, all together, that are still read: damaged files may state any number of overlapping sections.
  private var rest: UInt64 = 256 << 20

  /// The stubs of `image`; nil when none of `addresses` lies in one, or they can't be read.
  init?(_ image: ELFImage, holding addresses: some Sequence<UInt64>) {
    guard let architecture = image.architecture else { return nil }
    self.architecture = architecture
    addressSize = image.addressSize
    globalOffsetTable = (image.section(named: ".got.plt") ?? image.section(named: ".got"))?.address ?? 0
    let stubs = image.sections.filter { $0.name.hasPrefix(".plt") && $0.isExecutable }
    let wanted = addresses.filter { address in stubs.contains { address &- $0.address < $0.size } }
    guard !wanted.isEmpty else { return nil }
    for section in stubs {
      guard let bytes = contents(of: section, image) else { continue }
      let size = section.name == ".plt.got" && architecture != .aarch64 && section.entrySize == 8 ? 8 : 16 as UInt64
      sections.append((section.address, section.address &+ section.size, size, bytes))
    }
    let slots = Set(wanted.compactMap { slot(of: $0)?.slot })
    guard !slots.isEmpty, (try? readNames(of: slots, image)) != nil else { return nil }
  }

  /// A section's bytes, as long as they are within the limits.
  private mutating func contents(of section: Section, _ image: ELFImage) -> [UInt8]? {
    guard section.size <= rest, let bytes = try? image.contents(of: section, limit: Self.limit) else { return nil }
    rest -= min(rest, UInt64(bytes.count))
    return bytes
  }

  /// The stub at a stated address.
  func function(at address: UInt64) -> FunctionNames.Function? {
    guard let (slot, start) = slot(of: address), let name = slots[slot] else { return nil }
    return FunctionNames.Function(linkageName: name + "@plt", start: start)
  }

  /// The slot that the stub at a stated address jumps through, and where the stub starts.
  private func slot(of address: UInt64) -> (slot: UInt64, start: UInt64)? {
    guard let section = sections.first(where: { address >= $0.start && address < $0.end }) else { return nil }
    let offset = (address - section.start) / section.entrySize * section.entrySize
    let view = section.bytes.rawSpan
    let slot: UInt64?
    switch architecture {
    case .x86_64: slot = try? Self.slotOnX86(view, offset, section.start &+ offset, section.entrySize)
    case .aarch64: slot = try? Self.slotOnArm(view, offset, section.start &+ offset)
    case .i386: slot = try? slotOnI386(view, offset, section.entrySize)
    }
    return slot.map { ($0, section.start &+ offset) }
  }

  /// `jmp *disp32(%rip)`, `ff 25`, behind an `endbr64` or a `bnd` prefix.
  private static func slotOnX86(_ bytes: RawSpan, _ offset: UInt64, _ address: UInt64, _ size: UInt64)
    throws(BinaryReadingError) -> UInt64?
  {
    for skip in 0..<min(size - 5, 8) {
      let start = Int(offset + skip)
      guard try bytes.load(at: start, as: UInt16.self) == 0x25FF else { continue }
      let distance = Int64(try bytes.load(at: start + 2, as: Int32.self))
      return address &+ skip &+ 6 &+ UInt64(bitPattern: distance)
    }
    return nil
  }

  /// `jmp *address`, `ff 25`, or `jmp *disp32(%ebx)`, `ff a3`, behind an `endbr32`.
  private func slotOnI386(_ bytes: RawSpan, _ offset: UInt64, _ size: UInt64) throws(BinaryReadingError) -> UInt64? {
    for skip in 0..<min(size - 5, 8) {
      let start = Int(offset + skip)
      let opcode: UInt16 = try bytes.load(at: start)
      guard opcode == 0x25FF || opcode == 0xA3FF else { continue }
      let operand = UInt64(try bytes.load(at: start + 2, as: UInt32.self))
      return opcode == 0x25FF ? operand : (globalOffsetTable &+ operand) & addressSize.mask
    }
    return nil
  }

  /// `adrp x16, page; ldr x17, [x16, #offset]`, behind a `bti c`.
  private static func slotOnArm(_ bytes: RawSpan, _ offset: UInt64, _ address: UInt64) throws(BinaryReadingError)
    -> UInt64?
  {
    for skip in [0, 4] as [UInt64] {
      let first: UInt32 = try bytes.load(at: Int(offset + skip))
      let second: UInt32 = try bytes.load(at: Int(offset + skip) + 4)
      guard first & 0x9F00_001F == 0x9000_0010, second & 0xFFC0_03FF == 0xF940_0211 else { continue }
      let pages = Int64(Int32(bitPattern: ((first >> 5 & 0x7FFFF) << 2 | first >> 29 & 3) << 11) >> 11)
      let page = ((address &+ skip) & ~0xFFF) &+ UInt64(bitPattern: pages << 12)
      return page &+ UInt64(second >> 10 & 0xFFF) * 8
    }
    return nil
  }

  /// Finds the relocations of `wanted`, mostly in the short `.rela.plt`; other sections are read only for the rest.
  private mutating func readNames(of wanted: Set<UInt64>, _ image: ELFImage) throws {
    guard let symbols = image.sections.first(where: { $0.type == .dynamicSymbols }), symbols.size <= Self.limit,
      let reader = SymbolTableReader(image, type: .dynamicSymbols)
    else { return }
    guard let table = contents(of: symbols, image) else { return }
    var nameOffsets: [UInt64: UInt32] = [:]
    // SHT_RELA, SHT_REL
    let sections = image.sections.filter {
      [4, 9].contains($0.type.rawValue) && $0.isAllocated && $0.size <= Self.limit
    }
    let isLazy = { (section: Section) in section.name == ".rela.plt" || section.name == ".rel.plt" }
    for section in sections.filter(isLazy) + sections.filter({ !isLazy($0) }) {
      if nameOffsets.count == wanted.count { break }
      guard let bytes = contents(of: section, image) else { continue }
      let size = addressSize.bytes * (section.type.rawValue == 4 ? 3 : 2)
      for offset in stride(from: 0, to: bytes.count - size + 1, by: size) {
        let (symbol, type) = try relocation(bytes.rawSpan, at: offset + addressSize.bytes)
        // R_386_GLOB_DAT, R_386_JMP_SLOT, and the same of x86-64; R_AARCH64_GLOB_DAT, R_AARCH64_JUMP_SLOT
        switch type {
        case 6, 7, 1025, 1026: break
        default: continue
        }
        let entry = symbol * addressSize.symbolSize
        guard entry > 0, entry <= table.count - addressSize.symbolSize else { continue }
        let slot = try load(bytes.rawSpan, at: offset)
        if wanted.contains(slot) { nameOffsets[slot] = try table.rawSpan.load(at: entry) }
      }
    }
    let names = try reader.names(at: nameOffsets.values)
    slots = nameOffsets.compactMapValues { names[$0] }
  }

  /// `r_info`: the number of a symbol and a type.
  private func relocation(_ bytes: RawSpan, at offset: Int) throws(BinaryReadingError) -> (symbol: Int, type: UInt64) {
    let info = try load(bytes, at: offset)
    return addressSize == .wide ? (Int(info >> 32), info & 0xFFFF_FFFF) : (Int(info >> 8), info & 0xFF)
  }

  private func load(_ bytes: RawSpan, at offset: Int) throws(BinaryReadingError) -> UInt64 {
    addressSize == .wide ? try bytes.load(at: offset) : UInt64(try bytes.load(at: offset, as: UInt32.self))
  }
}
