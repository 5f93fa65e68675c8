import BinaryReading
import ELF
import ProfileModel
import UnwindTables

/// An ELF file that a JIT compiler made in memory for gdb ("JIT Compilation Interface" in gdb's manual): its sections
/// state the addresses at which their code lies.
///
/// LLVM hands on its object files as they came from the assembler, so that relocations have to be applied here.
enum JITSymbolFile {
  /// What the file tells; nil for garbage, and for files of another kind than this machine's.
  static func object(_ bytes: [UInt8]) -> RegisteredObject? {
    guard let image = try? ELFImage(bytes: bytes, path: "[jit]"), image.addressSize == .wide,
      image.architecture == .host, image.sections.count <= sectionLimit
    else { return nil }
    let addresses = Self.addresses(image)
    var object = RegisteredObject()
    if let (frames, address) = contents(".eh_frame", image, addresses) {
      (object.sections.ehFrame, object.sections.ehFrameAddress) = (frames, address)
    }
    if let (frames, _) = contents(".debug_frame", image, addresses) { object.sections.debugFrame = frames }
    let text = image.sections.firstIndex { $0.name == ".text" }
    object.sections.textAddress = text.map { addresses[$0] } ?? 0
    object.functions = functions(image, addresses)
    return object.isEmpty ? nil : object
  }

  private static let sectionLimit = 65_536
  private static let symbolLimit = 65_536
  private static let nameLimit = 4_096
  /// A function that states more is none.
  private static let functionLimit: UInt64 = 1 << 30

  /// Where each section lies. Unwind information that was not loaded counts as lying beside the code.
  private static func addresses(_ image: ELFImage) -> [UInt64] {
    let code = image.sections.first { $0.isExecutable && $0.address != 0 }?.address ?? 0
    return image.sections.map { $0.address == 0 && $0.name == ".eh_frame" ? code : $0.address }
  }

  /// A section's bytes as they would be at its place; nil where it is missing or can't be put there.
  private static func contents(_ name: String, _ image: ELFImage, _ addresses: [UInt64]) -> ([UInt8], UInt64)? {
    guard let index = image.sections.firstIndex(where: { $0.name == name && $0.hasContents && $0.size > 0 }),
      var bytes = try? image.contents(of: image.sections[index], limit: image.sections[index].size)
    else { return nil }
    guard image.type == .relocatable else { return (bytes, addresses[index]) }
    for section in image.sections where section.type == .relocations && Int(section.info) == index {
      guard relocate(&bytes, at: addresses[index], by: section, image, addresses) else { return nil }
    }
    return (bytes, addresses[index])
  }

  /// Applies relocations with addends (gABI, "Relocation"); false where one of them is not understood.
  private static func relocate(
    _ bytes: inout [UInt8], at place: UInt64, by section: Section, _ image: ELFImage, _ addresses: [UInt64]
  ) -> Bool {
    guard Int(section.link) < image.sections.count,
      let entries = try? image.contents(of: section, limit: section.size),
      let symbols = try? image.contents(of: image.sections[Int(section.link)], limit: 64 << 20)
    else { return false }
    do throws(BinaryReadingError) {
      for base in stride(from: 0, through: entries.count - 24, by: 24) {
        let offset: UInt64 = try entries.rawSpan.load(at: base)
        let info: UInt64 = try entries.rawSpan.load(at: base + 8)
        let addend: UInt64 = try entries.rawSpan.load(at: base + 16)
        guard let form = RelocationForm(type: UInt32(truncatingIfNeeded: info), image.architecture),
          let symbol = Int(exactly: info >> 32), symbol < symbols.count / 24,
          let start = Int(exactly: offset), start <= bytes.count - form.size
        else { return false }
        let home: UInt16 = try symbols.rawSpan.load(at: symbol * 24 + 6)
        let value: UInt64 = try symbols.rawSpan.load(at: symbol * 24 + 8)
        // Of symbols without a section only the number 0, "none", and absolute ones have a value that is known.
        guard Int(home) < addresses.count || home == absoluteSection else { return false }
        // A personality routine or another object's function, which unwinding doesn't need.
        if home == 0 && symbol != 0 { continue }
        var result = value &+ addend &+ (home == absoluteSection ? 0 : addresses[Int(home)])
        if form.isRelative { result = result &- (place &+ offset) }
        guard form.holds(result) else { return false }
        for byte in 0..<form.size { bytes[start + byte] = UInt8(truncatingIfNeeded: result >> UInt64(8 * byte)) }
      }
    } catch { return false }
    return true
  }

  /// `SHN_ABS`.
  private static let absoluteSection: UInt16 = 0xFFF1

  private static func functions(_ image: ELFImage, _ addresses: [UInt64]) -> [RegisteredObject.Function] {
    guard let table = image.sections.first(where: { $0.type == .symbolTable && $0.hasContents }),
      Int(table.link) < image.sections.count,
      let entries = try? image.contents(of: table, limit: table.size),
      let strings = try? image.contents(of: image.sections[Int(table.link)], limit: 64 << 20)
    else { return [] }
    var functions: [RegisteredObject.Function] = []
    for base in stride(from: 0, through: entries.count - 24, by: 24) where functions.count < symbolLimit {
      // `STT_FUNC` in a section that has a place.
      guard let info: UInt8 = try? entries.rawSpan.load(at: base + 4), info & 15 == 2,
        let home: UInt16 = try? entries.rawSpan.load(at: base + 6), home != 0,
        let value: UInt64 = try? entries.rawSpan.load(at: base + 8),
        let size: UInt64 = try? entries.rawSpan.load(at: base + 16), size > 0, size <= functionLimit,
        let nameOffset: UInt32 = try? entries.rawSpan.load(at: base)
      else { continue }
      var start = value
      if image.type == .relocatable, home != absoluteSection {
        guard Int(home) < addresses.count, addresses[Int(home)] != 0 else { continue }
        start = value &+ addresses[Int(home)]
      }
      let (end, overflow) = start.addingReportingOverflow(size)
      guard !overflow, start > 0,
        let name = strings.rawSpan.cString(at: Int(nameOffset), limit: nameLimit), !name.isEmpty
      else { continue }
      functions.append(RegisteredObject.Function(range: start..<end, name: name))
    }
    return functions.sorted { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
  }
}

/// How a relocation puts an address into a section (psABI of x86-64, table 4.9; ELF for AArch64, section 5.7.5).
struct RelocationForm: Hashable, Sendable {
  /// Bytes that it fills.
  var size: Int
  /// Whether it counts from its own place.
  var isRelative: Bool

  /// The form of a relocation type; nil for those that no unwind information has.
  init?(type: UInt32, _ architecture: Architecture?) {
    switch (architecture, type) {
    case (.x86_64, 1), (.aarch64, 257): self.init(size: 8, isRelative: false)
    case (.x86_64, 10), (.aarch64, 258): self.init(size: 4, isRelative: false)
    case (.x86_64, 24), (.aarch64, 260): self.init(size: 8, isRelative: true)
    case (.x86_64, 2), (.aarch64, 261): self.init(size: 4, isRelative: true)
    default: return nil
    }
  }

  private init(size: Int, isRelative: Bool) { (self.size, self.isRelative) = (size, isRelative) }

  /// Whether a value fits.
  func holds(_ value: UInt64) -> Bool {
    if size == 8 { return true }
    return isRelative ? Int32(exactly: Int64(bitPattern: value)) != nil : value <= UInt64(UInt32.max)
  }
}
