import CElfutils
import ELF

/// DWARF that libdw has open: an image's, or that of sections laid out in memory. Closed with its last reference.
///
/// libdw reads a file by position, never through a mapping, so that a file cut while it is read is an error and no
/// signal.
@safe
final class OpenDWARF {
  /// libdw's handle.
  let handle: OpaquePointer
  private let elf: OpaquePointer
  /// libelf reads from its descriptor until the end.
  private let image: ELFImage?
  /// libelf reads from it until the end.
  private let memory: SectionsFile?

  /// What libdw is asked for here: units, names, inlined calls, lines. Locations of variables are as large again.
  private static let sections = [
    "info", "abbrev", "str", "line", "line_str", "ranges", "rnglists", "addr", "str_offsets", "types",
  ]

  /// The DWARF of an image; nil when libdw can't read it or there is none.
  ///
  /// libdw inflates every compressed section when it opens a file, slowly, so only those needed are inflated for it.
  init?(_ image: ELFImage) {
    guard elf_version(UInt32(EV_CURRENT)) != 0 else { return nil }
    let memory = Self.inflated(image)
    let opened =
      // SAFETY: the descriptor and the memory stay as long as `image` and `memory` are held.
      if let memory {
        unsafe elf_memory(memory.start, memory.byteCount)
      } else {
        unsafe image.withDescriptor({ unsafe elf_begin($0, ELF_C_READ, nil) }) ?? nil
      }
    guard let elf = unsafe opened else { return nil }
    guard let handle = unsafe dwarf_begin_elf(elf, DWARF_C_READ, nil) else {
      _ = unsafe elf_end(elf)
      return nil
    }
    (self.image, self.memory) = (image, memory)
    unsafe (self.elf, self.handle) = unsafe (elf, handle)
  }

  /// The DWARF of `memory`; nil when libdw can't read it.
  init?(_ memory: SectionsFile) {
    // SAFETY: the memory stays as long as `memory` is held.
    guard elf_version(UInt32(EV_CURRENT)) != 0,
      let elf = unsafe elf_memory(memory.start, memory.byteCount)
    else { return nil }
    guard let handle = unsafe dwarf_begin_elf(elf, DWARF_C_READ, nil) else {
      _ = unsafe elf_end(elf)
      return nil
    }
    (image, self.memory) = (nil, memory)
    unsafe (self.elf, self.handle) = unsafe (elf, handle)
  }

  deinit {
    // SAFETY: nothing that was read from the handles outlives this value.
    unsafe dwarf_end(handle)
    _ = unsafe elf_end(elf)
  }

  /// The sections that are needed, decompressed; nil where none is compressed, or where one is damaged.
  private static func inflated(_ image: ELFImage) -> SectionsFile? {
    let found = sections.compactMap { name in
      (image.section(named: ".debug_" + name) ?? image.section(named: ".zdebug_" + name)).map { (name, $0) }
    }
    guard found.contains(where: \.1.isCompressed) else { return nil }
    // libdw looks for the other halves of split units beside the file, which this one would not have.
    guard !found.contains(where: { $0.0 == "addr" }) || found.contains(where: { isBeyondLibelf($0.1, image) }) else {
      return nil
    }
    guard let sizes = try? found.map({ (name: ".debug_" + $0.0, size: try image.contentSize(of: $0.1)) }) else {
      return nil
    }
    return SectionsFile(sizes) { index, output in
      (try? image.copyContents(of: found[index].1, into: &output)) != nil
    }
  }

  /// Whether libelf may not know the compression: Zstandard came with its version 0.189.
  private static func isBeyondLibelf(_ section: Section, _ image: ELFImage) -> Bool {
    image.compressionMethod(of: section) == .zstd
  }
}
