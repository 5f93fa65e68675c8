import CElfutils
import ELF

/// An image's DWARF, opened by libdw for the sake of its split units; closed when it goes.
///
/// libdw reads the file by position, never through a mapping, so that a file cut while it is read is an error and no
/// signal.
@safe
struct DebugInformation: ~Copyable {
  private let handle: OpaquePointer
  private let elf: OpaquePointer
  /// libelf reads from its descriptor until the end.
  private let image: ELFImage

  /// The units that came out of a package, once asked for.
  private var packaged: [PackagedUnits] = []

  /// Bytes of debug sections that are still opened.
  private static let sizeLimit: UInt64 = 8 << 30

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
  }

  /// The DWARF of `image`; nil when it can't be opened or has none.
  init?(_ image: ELFImage) {
    let debugSections = image.sections.filter { $0.name.hasPrefix(".debug_") || $0.name.hasPrefix(".zdebug_") }
    let size = debugSections.reduce(UInt64(0)) { $0.addingReportingOverflow($1.size).partialValue }
    guard elf_version(UInt32(EV_CURRENT)) != 0, size <= Self.sizeLimit, image.type != .relocatable,
      let opened = unsafe Self.open(image)
    else { return nil }
    unsafe (elf, handle) = (opened.elf, opened.dwarf)
    self.image = image
  }

  deinit {
    // SAFETY: nothing that was read from the handles outlives this value.
    unsafe dwarf_end(handle)
    _ = unsafe elf_end(elf)
  }

  private static func open(_ image: ELFImage) -> (elf: OpaquePointer, dwarf: OpaquePointer)? {
    // SAFETY: the descriptor stays open as long as `image` does.
    guard let elf = unsafe image.withDescriptor({ unsafe elf_begin($0, ELF_C_READ, nil) }) ?? nil else { return nil }
    guard let dwarf = unsafe dwarf_begin_elf(elf, DWARF_C_READ, nil) else {
      _ = unsafe elf_end(elf)
      return nil
    }
    return unsafe (elf, dwarf)
  }

  /// Calls `body` with each split unit and its other half; the others are `DebugUnitReader`'s.
  func forEachUnit(_ body: (Unit) -> Void) {
    var unit: OpaquePointer?
    while true {
      var next: OpaquePointer?
      var type: UInt8 = 0
      var (die, split) = unsafe (Dwarf_Die(), Dwarf_Die())
      // SAFETY: all results are written during the call; `unit` came from the call before. libdw checks each unit's
      // length against its section and moves on by it, so the loop ends.
      let status = unsafe dwarf_get_units(handle, unit, &next, nil, &type, &die, &split)
      guard status == 0, unsafe next != unit else { return }
      unsafe unit = unsafe next
      if Int32(type) == Int32(DW_UT_skeleton) { body(unsafe skeleton(die, split)) }
    }
  }

  private func skeleton(_ die: Dwarf_Die, _ split: Dwarf_Die) -> Unit {
    if unsafe split.addr != nil { return unsafe Unit(die: die, body: split, files: split) }
    if let number = packaged.isEmpty ? nil : unsafe Self.number(of: die) {
      for group in packaged {
        if let body = unsafe group.entry(of: number) { return unsafe Unit(die: die, body: body, files: die) }
      }
    }
    return unsafe Unit(die: die, body: die, files: die, isHalf: true)
  }

  /// Takes those units out of `package` whose skeletons `isWanted` says to hold something.
  mutating func open(_ package: SplitPackage, isWanted: (Unit) -> Bool) {
    var units: [SkeletonUnit] = []
    forEachUnit { unit in
      guard unit.isHalf, let number = unsafe Self.number(of: unit.die), package.holds(number), isWanted(unit) else {
        return
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
    }
    // libdw takes the base of DWARF 4's ranges from skeletons only, so units with another have an image of their own.
    packaged = Dictionary(grouping: units, by: \.rangesBase).values.compactMap {
      PackagedUnits(SplitImage($0, of: package, image: image))
    }
  }

  /// The number that a skeleton has in common with its other half.
  private static func number(of die: Dwarf_Die) -> UInt64? {
    var number: UInt64 = 0
    // SAFETY: the entry belongs to an open handle; results are written during the call.
    guard unsafe dwarf_cu_info(die.cu, nil, nil, nil, nil, &number, nil, nil) == 0 else { return nil }
    return number
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

/// The units of a `SplitImage`, opened by libdw.
@safe
final class PackagedUnits {
  private let bytes: UnsafeMutableBufferPointer<CChar>
  private let elf: OpaquePointer
  private let handle: OpaquePointer
  private let entries: [UInt64: UInt64]

  /// Nil when libdw can't read it.
  init?(_ image: SplitImage) {
    entries = image.entries
    // SAFETY: libelf reads from this copy until `deinit` closes the handles, and then frees it.
    unsafe bytes = .allocate(capacity: image.bytes.count)
    _ = unsafe bytes.initialize(from: image.bytes.lazy.map { CChar(bitPattern: $0) })
    guard let elf = unsafe elf_memory(bytes.baseAddress, bytes.count) else {
      unsafe bytes.deallocate()
      return nil
    }
    guard let handle = unsafe dwarf_begin_elf(elf, DWARF_C_READ, nil) else {
      _ = unsafe elf_end(elf)
      unsafe bytes.deallocate()
      return nil
    }
    unsafe (self.elf, self.handle) = (elf, handle)
  }

  deinit {
    // SAFETY: nothing that was read from the handles outlives this value.
    unsafe dwarf_end(handle)
    _ = unsafe elf_end(elf)
    unsafe bytes.deallocate()
  }

  /// The own entry of the unit with this number.
  func entry(of number: UInt64) -> Dwarf_Die? {
    var die = unsafe Dwarf_Die()
    // SAFETY: libdw checks the offset; the result is written during the call.
    guard let offset = entries[number], unsafe dwarf_offdie(handle, offset, &die) != nil else { return nil }
    return unsafe die
  }
}
