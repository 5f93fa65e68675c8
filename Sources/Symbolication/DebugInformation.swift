import BinaryReading
import CElfutils
import ELF

/// An image's DWARF, opened by libdw for the sake of its split units.
@safe
struct DebugInformation: ~Copyable {
  let image: ELFImage
  private let file: DwarfHandle
  /// What libdw takes for the file that the image shares parts with, of which split units make no use.
  private let alternate: DwarfHandle

  /// The units that came out of a package, once asked for.
  private var packaged: [PackagedUnits] = []

  /// `.debug_line`, decompressed; valid as long as `file`.
  private let lines: UnsafeRawBufferPointer

  /// Bytes of debug sections that are still opened.
  static let sizeLimit: UInt64 = 8 << 30
  /// Bytes of debug sections that are opened however well they are compressed.
  static let freeSize: UInt64 = 256 << 20

  /// A split unit: its own entry, and that of its other half where it was found.
  @safe
  struct Unit {
    var die: Dwarf_Die
    /// The entry to walk: the split unit's, else the same as `die`.
    var body: Dwarf_Die
    /// The entry whose line table names the files of calls.
    var files: Dwarf_Die
    /// Whether `body` is missing for now: the other half is in no file of its own, but maybe in a package.
    var isHalf = false
    /// Bytes of the debug sections of another file that `body` is in.
    var otherBytes: UInt64 = 0
  }

  /// The DWARF of `image`, the size of which was checked (`ELFImage.debugSize`).
  init(_ image: ELFImage) throws(DebugDamage) {
    let file = try DwarfHandle(image)
    // With none at all libdw would search for one on its own, and wait at a pipe of that name.
    let other = try DwarfHandle(SplitImage.file(of: [(".debug_line", [0])]))
    // SAFETY: both handles are open, and kept together.
    unsafe dwarf_setalt(file.dwarf, other.dwarf)
    let index = image.sections.firstIndex { [".debug_line", ".zdebug_line"].contains($0.name) }
    unsafe lines = index.map { unsafe file.contents(ofSection: $0) } ?? UnsafeRawBufferPointer(start: nil, count: 0)
    (self.image, self.file, self.alternate) = (image, file, other)
  }

  /// Bytes of the line table of a unit, as its header states them; 0 when it has none.
  func lineTableSize(of unit: Unit) -> UInt64 {
    guard let offset = unsafe Self.value(DW_AT_stmt_list, of: unit.die).flatMap({ Int(exactly: $0) }) else { return 0 }
    let table = unsafe RawSpan(_unsafeBytes: lines)
    guard let length = try? table.load(at: offset, as: UInt32.self) else { return 0 }
    guard length == .max else { return UInt64(length) }
    return (try? table.load(at: offset + 4, as: UInt64.self)) ?? 0
  }

  /// Calls `body` with each split unit until it returns false; the others are `DebugUnitReader`'s.
  func forEachUnit(_ body: (Unit) -> Bool) {
    var unit: OpaquePointer?
    while true {
      var next: OpaquePointer?
      var type: UInt8 = 0
      var die = unsafe Dwarf_Die()
      // SAFETY: all results are written during the call; `unit` came from the call before. libdw checks each unit's
      // length against its section and moves on by it, so the loop ends. The other half is not asked for: libdw would
      // open whatever file the unit names.
      let status = unsafe dwarf_get_units(file.dwarf, unit, &next, nil, &type, &die, nil)
      guard status == 0, unsafe next != unit else { return }
      unsafe unit = unsafe next
      guard Int32(type) != Int32(DW_UT_skeleton) || body(unsafe packaged(die)) else { return }
    }
  }

  private func packaged(_ die: Dwarf_Die) -> Unit {
    if let number = packaged.isEmpty ? nil : unsafe Self.number(of: die) {
      for group in packaged {
        if let body = unsafe group.entry(of: number) {
          return unsafe Unit(die: die, body: body, files: die, otherBytes: group.size)
        }
      }
    }
    return unsafe Unit(die: die, body: die, files: die, isHalf: true)
  }

  /// Takes those units out of `package` whose skeletons `isWanted` says to hold something.
  mutating func open(_ package: SplitPackage, isWanted: (Unit) -> Bool) throws(DebugDamage) {
    var units: [SkeletonUnit] = []
    forEachUnit { unit in
      guard unit.isHalf, let number = unsafe Self.number(of: unit.die), package.holds(number), isWanted(unit) else {
        return true
      }
      var die = unsafe unit.die
      var low: Dwarf_Addr = 0
      // SAFETY: the entry belongs to the open handle.
      if unsafe dwarf_lowpc(&die, &low) != 0 { low = 0 }
      units.append(
        SkeletonUnit(
          number: number,
          addressBase: unsafe Self.value(DW_AT_addr_base, of: die) ?? Self.value(DW_AT_GNU_addr_base, of: die) ?? 0,
          rangesBase: unsafe Self.value(DW_AT_GNU_ranges_base, of: die) ?? 0, lowAddress: low))
      return true
    }
    // libdw takes the base of DWARF 4's ranges from skeletons only, so units with another have an image of their own.
    // Sound units have the package's sections to themselves; copies of damaged ones may need any amount of memory.
    var room = package.size + (512 << 20)
    for group in Dictionary(grouping: units, by: \.rangesBase).values {
      guard let image = SplitImage(group, of: package, image: image, room: &room) else { throw .packageTooLarge }
      if let opened = PackagedUnits(image) { packaged.append(opened) }
    }
  }

  /// The number that a skeleton has in common with its other half.
  private static func number(of die: Dwarf_Die) -> UInt64? {
    var number: UInt64 = 0
    // SAFETY: the entry belongs to an open handle; results are written during the call.
    guard unsafe dwarf_cu_info(die.cu, nil, nil, nil, nil, &number, nil, nil) == 0 else { return nil }
    return number
  }

  static func string(_ attribute: Int, of die: Dwarf_Die) -> String? {
    var (die, found) = unsafe (die, Dwarf_Attribute())
    // SAFETY: the entry belongs to an open handle; libdw checks that strings end inside their section.
    guard unsafe dwarf_attr(&die, UInt32(attribute), &found) != nil, let text = unsafe dwarf_formstring(&found) else {
      return nil
    }
    return unsafe String(cString: text)
  }

  private static func value(_ attribute: Int, of die: Dwarf_Die) -> UInt64? {
    var (die, value, found): (Dwarf_Die, Dwarf_Word, Dwarf_Attribute) = unsafe (die, 0, Dwarf_Attribute())
    // SAFETY: the entry belongs to an open handle; results are written during the calls.
    guard unsafe dwarf_attr(&die, UInt32(attribute), &found) != nil, unsafe dwarf_formudata(&found, &value) == 0 else {
      return nil
    }
    return value
  }
}
