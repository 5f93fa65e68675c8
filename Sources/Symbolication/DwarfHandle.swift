import CElfutils
import ELF

/// A file opened by libelf and libdw; closed when it goes.
///
/// libelf reads by position, never through a mapping, so that a file cut while it is read is an error and no signal.
@safe
final class DwarfHandle {
  let elf: OpaquePointer
  let dwarf: OpaquePointer
  /// Of a file in memory.
  private let bytes: UnsafeMutableBufferPointer<CChar>?
  /// libelf reads from its descriptor until the end.
  private let image: ELFImage?

  /// Opens an image's file, whose debug sections' sizes were checked.
  init(_ image: ELFImage) throws(DebugDamage) {
    _ = elf_version(UInt32(EV_CURRENT))
    // SAFETY: `image` is kept, and so is its descriptor.
    guard let elf = unsafe image.withDescriptor({ unsafe elf_begin($0, ELF_C_READ, nil) }) ?? nil else {
      throw .unreadable("libelf refuses the file")
    }
    unsafe dwarf = try unsafe Self.open(elf)
    unsafe self.elf = unsafe elf
    unsafe bytes = nil
    self.image = image
  }

  /// Opens an ELF file made here.
  init(_ file: [UInt8]) throws(DebugDamage) {
    _ = elf_version(UInt32(EV_CURRENT))
    // SAFETY: libelf reads from this copy until `deinit` closes the handles, and then frees it.
    let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: file.count)
    _ = unsafe copy.initialize(from: file.lazy.map { CChar(bitPattern: $0) })
    do throws(DebugDamage) {
      guard let elf = unsafe elf_memory(copy.baseAddress, copy.count) else {
        throw .unreadable("libelf refuses the file")
      }
      unsafe dwarf = try unsafe Self.open(elf)
      unsafe self.elf = unsafe elf
    } catch {
      unsafe copy.deallocate()
      throw error
    }
    unsafe bytes = unsafe copy
    image = nil
  }

  deinit {
    // SAFETY: users keep this object as long as anything that was read from it.
    unsafe dwarf_end(dwarf)
    _ = unsafe elf_end(elf)
    unsafe bytes?.deallocate()
  }

  /// Closes `elf` when that fails.
  private static func open(_ elf: OpaquePointer) throws(DebugDamage) -> OpaquePointer {
    if let dwarf = unsafe dwarf_begin_elf(elf, DWARF_C_READ, nil) { return unsafe dwarf }
    let message = unsafe dwarf_errmsg(-1).map { unsafe String(cString: $0) }
    _ = unsafe elf_end(elf)
    throw .unreadable(message ?? "libdw refuses the file")
  }

  /// A section of the image as libdw sees it, decompressed; empty when there is none. Valid as long as this object.
  func contents(ofSection index: Int) -> UnsafeRawBufferPointer {
    // SAFETY: libelf checks the index, and keeps the section's bytes, of this size, until `elf_end`.
    guard let section = unsafe elf_getscn(elf, index), let data = unsafe elf_rawdata(section, nil),
      let bytes = unsafe data.pointee.d_buf
    else { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
    return unsafe UnsafeRawBufferPointer(start: bytes, count: data.pointee.d_size)
  }
}
