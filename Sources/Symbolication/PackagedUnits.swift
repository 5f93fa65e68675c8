import CElfutils

/// The units of a `SplitImage`, opened by libdw.
@safe
final class PackagedUnits {
  private let file: DwarfHandle
  private let entries: [UInt64: UInt64]
  /// Bytes of the image.
  let size: UInt64

  /// Nil when libdw can't read it.
  init?(_ image: SplitImage) {
    guard let file = try? DwarfHandle(image.bytes) else { return nil }
    self.file = file
    entries = image.entries
    size = UInt64(image.bytes.count)
  }

  /// The own entry of the unit with this number.
  func entry(of number: UInt64) -> Dwarf_Die? {
    var die = unsafe Dwarf_Die()
    // SAFETY: libdw checks the offset; the result is written during the call.
    guard let offset = entries[number], unsafe dwarf_offdie(file.dwarf, offset, &die) != nil else { return nil }
    return unsafe die
  }
}
