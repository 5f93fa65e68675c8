import CElfutils
import ELF

/// An image's DWARF, opened by libdw; closed when it goes.
///
/// libdw reads the file by position, never through a mapping, so that a file cut while it is read is an error and no
/// signal.
@safe
struct DebugInformation: ~Copyable {
  private let handle: OpaquePointer
  private let elf: OpaquePointer
  private let alternateHandle: OpaquePointer?
  private let alternateELF: OpaquePointer?
  /// libelf reads from their descriptors until the end.
  private let images: [ELFImage]

  /// Bytes of debug sections that are still opened.
  private static let sizeLimit: UInt64 = 8 << 30

  /// A compilation unit: its own entry, and that of its split part where there is one.
  @safe
  struct Unit {
    var die: Dwarf_Die
    /// The entry to walk: the split unit's, else the same as `die`.
    var body: Dwarf_Die
  }

  /// The DWARF of `image`, and of the file that it shares parts with; nil when it can't be opened or has none.
  init?(_ image: ELFImage, alternate: ELFImage?) {
    let debugSections = image.sections.filter { $0.name.hasPrefix(".debug_") || $0.name.hasPrefix(".zdebug_") }
    let size = debugSections.reduce(UInt64(0)) { $0.addingReportingOverflow($1.size).partialValue }
    guard elf_version(UInt32(EV_CURRENT)) != 0, size <= Self.sizeLimit, image.type != .relocatable,
      let opened = unsafe Self.open(image)
    else { return nil }
    unsafe (elf, handle) = (opened.elf, opened.dwarf)
    let other = unsafe alternate.flatMap { unsafe Self.open($0) }
    unsafe (alternateELF, alternateHandle) = unsafe (other?.elf, other?.dwarf)
    images = [image] + (alternate.map { [$0] } ?? [])
    // SAFETY: both handles are open; without an alternate file libdw would search for one on its own.
    if let alternateHandle = unsafe alternateHandle { unsafe dwarf_setalt(handle, alternateHandle) }
  }

  deinit {
    // SAFETY: nothing that was read from the handles outlives this value.
    unsafe dwarf_end(handle)
    _ = unsafe elf_end(elf)
    if let alternateHandle = unsafe alternateHandle { unsafe dwarf_end(alternateHandle) }
    if let alternateELF = unsafe alternateELF { _ = unsafe elf_end(alternateELF) }
  }

  private static func open(_ image: ELFImage) -> (elf: OpaquePointer, dwarf: OpaquePointer)? {
    // SAFETY: the descriptor stays open as long as `images` holds the image.
    guard let elf = unsafe image.withDescriptor({ unsafe elf_begin($0, ELF_C_READ, nil) }) ?? nil else { return nil }
    guard let dwarf = unsafe dwarf_begin_elf(elf, DWARF_C_READ, nil) else {
      _ = unsafe elf_end(elf)
      return nil
    }
    return unsafe (elf, dwarf)
  }

  /// Calls `body` with each compilation unit, split ones with their other half.
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
      switch Int32(type) {
      case Int32(DW_UT_compile): body(unsafe Unit(die: die, body: die))
      case Int32(DW_UT_skeleton): body(unsafe Unit(die: die, body: split.addr == nil ? die : split))
      default: continue
      }
    }
  }
}
