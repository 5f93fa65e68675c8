import BinaryReading
import ELF
import ProfileModel

/// Names the stubs by which an image calls into others (`.plt`, `.plt.sec`, `.plt.got`): `puts@plt`.
///
/// A stub jumps through a slot of the global offset table, and a relocation tells which symbol the slot is for
/// (System V ABI for AMD64, section 5.2; AAELF64, "Procedure Linkage Table").
struct LinkageStubs {
  private var sections: [(start: UInt64, end: UInt64, entrySize: UInt64, bytes: [UInt8])] = []
  /// Name by address of the slot.
  private var slots: [UInt64: String] = [:]
  private let architecture: Architecture

  /// Bytes of stubs, and of relocations and dynamic symbols, that are still read.
  private static let limit: UInt64 = 64 << 20
  /// Bytes of the rest, all together, that are still read: damaged files may state any number of overlapping sections.
  private var rest: UInt64 = 256 << 20

  /// The stubs of `image`; nil when none of `addresses` lies in one, or they can't be read.
  init?(_ image: ELFImage, holding addresses: some Sequence<UInt64>) {
    guard let architecture = image.architecture else { return nil }
    self.architecture = architecture
    let stubs = image.sections.filter { $0.name.hasPrefix(".plt") && $0.isExecutable }
    let wanted = addresses.filter { address in stubs.contains { address &- $0.address < $0.size } }
    guard !wanted.isEmpty else { return nil }
    for section in stubs {
      guard let bytes = contents(of: section, image) else { continue }
      let size = section.name == ".plt.got" && architecture == .x86_64 && section.entrySize == 8 ? 8 : 16 as UInt64
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
    // SHT_RELA
    let sections = image.sections.filter { $0.type.rawValue == 4 && $0.isAllocated && $0.size <= Self.limit }
    for section in sections.filter({ $0.name == ".rela.plt" }) + sections.filter({ $0.name != ".rela.plt" }) {
      if nameOffsets.count == wanted.count { break }
      guard let bytes = contents(of: section, image) else { continue }
      for offset in stride(from: 0, to: bytes.count - 23, by: 24) {
        let info: UInt64 = try bytes.rawSpan.load(at: offset + 8)
        // R_X86_64_GLOB_DAT, R_X86_64_JUMP_SLOT; R_AARCH64_GLOB_DAT, R_AARCH64_JUMP_SLOT
        switch info & 0xFFFF_FFFF {
        case 6, 7, 1025, 1026: break
        default: continue
        }
        let entry = Int(info >> 32) * SymbolScan.Entry.size
        guard entry > 0, entry <= table.count - SymbolScan.Entry.size else { continue }
        let slot: UInt64 = try bytes.rawSpan.load(at: offset)
        if wanted.contains(slot) { nameOffsets[slot] = try table.rawSpan.load(at: entry) }
      }
    }
    let names = try reader.names(at: nameOffsets.values)
    slots = nameOffsets.compactMapValues { names[$0] }
  }
}
