import BinaryReading
import Glibc
import ProfileModel

/// An image put together from a process's memory, for binaries that were replaced on disk and that only a privileged
/// user could open through `map_files`.
///
///     memory   │ header, .dynsym, .eh_frame … │ code │ relocated data │      as mapped, each at its offset in the file
///     file     │ header, .dynsym, .eh_frame … │ code │ relocated data │ made up: section headers for .dynsym, .dynstr
///
/// What the loader maps is enough to unwind and to name exported functions. Symbol tables for debuggers are not mapped,
/// and are gone with the file.
enum LoadedImage {
  /// Bytes of an image that are still put together.
  private static let sizeLimit: UInt64 = 256 << 20

  /// The file's bytes as far as `mapping`'s process has mapped them; nil when its header can't be read.
  static func bytes(pid: Int32, mapping: Mapping, procFolder: String) -> [UInt8]? {
    let parts = parts(of: mapping, in: "\(procFolder)/\(pid)/maps")
    guard let first = parts.first(where: { $0.fileOffset == 0 }) else { return nil }
    let size = parts.map { $0.fileOffset &+ ($0.end &- $0.start) }.max() ?? 0
    guard size > 0, size <= sizeLimit else { return nil }
    let memory = ProcessMemory(pid: pid)
    var image = [UInt8](repeating: 0, count: Int(size))
    // Where a page of the file is mapped twice, as between code and data, what can't be written is what the file holds.
    for part in parts.sorted(by: { $0.isWritable && !$1.isWritable }) {
      guard let bytes = memory.bytes(at: part.start, count: part.end - part.start, limit: sizeLimit) else { continue }
      image.replaceSubrange(Int(part.fileOffset)..<Int(part.fileOffset) + bytes.count, with: bytes)
    }
    guard image.starts(with: [0x7F, 0x45, 0x4C, 0x46]), image.count >= 64,
      let addressSize = AddressSize(rawValue: image[4]), image[5] == 1
    else { return nil }
    // Section headers are not mapped, whatever the header says.
    setSections(offset: 0, count: 0, in: &image, addressSize)
    guard let plain = try? ELFImage(bytes: image, path: mapping.path) else { return nil }
    guard let head = plain.segments.first(where: { $0.type == .load && $0.offset == 0 }) else { return image }
    addDynamicSymbols(to: &image, of: plain, loadedAt: first.start &- head.virtualAddress)
    return image
  }

  private struct Part {
    var start: UInt64
    var end: UInt64
    var fileOffset: UInt64
    var isWritable: Bool
  }

  /// All mappings of the same file (proc_pid_maps(5)).
  private static func parts(of mapping: Mapping, in path: String) -> [Part] {
    guard let bytes = stream(path) else { return [] }
    var parts: [Part] = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5).map { String(decoding: $0, as: UTF8.self) }
      guard fields.count == 6, let inode = UInt64(fields[4]), inode == mapping.inode, fields[1].hasPrefix("r"),
        fields[5].drop(while: { $0 == " " }) == mapping.path
      else { continue }
      let range = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
      guard range.count == 2, range[0] < range[1], let offset = UInt64(fields[2], radix: 16), offset < sizeLimit,
        range[1] - range[0] < sizeLimit
      else { continue }
      parts.append(Part(start: range[0], end: range[1], fileOffset: offset, isWritable: fields[1].contains("w")))
    }
    return parts
  }

  /// All bytes of a file that has no size, as those in `/proc`.
  private static func stream(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    while bytes.count < 64 << 20 {
      var got = 0
      // SAFETY: the kernel writes at most the buffer's length, and says how much it was.
      bytes += unsafe [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, filled in
        got = unsafe read(descriptor, buffer.baseAddress, buffer.count)
        filled = max(0, got)
      }
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { return got == 0 ? bytes : nil }
    }
    return nil
  }

  /// Appends section headers for the symbols that the dynamic linker uses (gABI, "Dynamic Section").
  private static func addDynamicSymbols(to image: inout [UInt8], of plain: ELFImage, loadedAt bias: UInt64) {
    guard let dynamic = plain.segment(ofType: .dynamic), dynamic.fileSize <= 1 << 16,
      let entries = try? plain.read(address: dynamic.virtualAddress, count: Int(dynamic.fileSize))
    else { return }
    var values: [UInt64: UInt64] = [:]
    let addressSize = plain.addressSize
    let half = addressSize.bytes
    for base in stride(from: 0, to: entries.count - 2 * half + 1, by: 2 * half) {
      guard let tag = try? entries.rawSpan.load(at: base, addressSize), tag != 0 else { break }
      if let value = try? entries.rawSpan.load(at: base + half, addressSize) { values[tag] = value }
    }
    // glibc adds the bias to these addresses in place, other dynamic linkers don't.
    func offset(_ tag: UInt64) -> UInt64? {
      guard let value = values[tag] else { return nil }
      for address in [value, value &- bias] {
        for segment in plain.segments where segment.type == .load && segment.holds(address) {
          return segment.offset &+ (address &- segment.virtualAddress)
        }
      }
      return nil
    }
    let (stringTable, symbolTable, stringSize): (UInt64, UInt64, UInt64) = (5, 6, 10)
    guard let symbols = offset(symbolTable), let strings = offset(stringTable), let size = values[stringSize],
      symbols < strings, strings < UInt64(image.count), size <= UInt64(image.count) - strings
    else { return }
    // Linkers put the names right behind the symbols; there is no count of these.
    let entry = UInt64(addressSize.symbolSize)
    let sections = [
      sectionHeader(type: 0, offset: 0, size: 0, link: 0, entrySize: 0, addressSize),
      sectionHeader(
        type: 11, offset: symbols, size: (strings - symbols) / entry * entry, link: 2, entrySize: entry, addressSize),
      sectionHeader(type: 3, offset: strings, size: size, link: 0, entrySize: 0, addressSize),
    ]
    while image.count % 8 != 0 { image.append(0) }
    setSections(offset: UInt64(image.count), count: UInt16(sections.count), in: &image, addressSize)
    image += sections.flatMap { $0 }
  }

  /// `e_shoff`, `e_shentsize`, `e_shnum` and `e_shstrndx`.
  private static func setSections(offset: UInt64, count: UInt16, in image: inout [UInt8], _ addressSize: AddressSize) {
    let (table, counts) = (addressSize.sectionTableField, addressSize.countFields + 4)
    image.replaceSubrange(table..<table + addressSize.bytes, with: littleEndian(offset, addressSize))
    image.replaceSubrange(
      counts..<counts + 6,
      with: littleEndian(UInt16(addressSize.sectionHeaderSize)) + littleEndian(count) + littleEndian(UInt16(0)))
  }

  /// A section header without name and address.
  private static func sectionHeader(
    type: UInt32, offset: UInt64, size: UInt64, link: UInt32, entrySize: UInt64, _ addressSize: AddressSize
  ) -> [UInt8] {
    func address(_ value: UInt64) -> [UInt8] { littleEndian(value, addressSize) }
    return littleEndian(UInt32(0)) + littleEndian(type) + address(2) + address(0) + address(offset) + address(size)
      + littleEndian(link) + littleEndian(UInt32(0)) + address(8) + address(entrySize)
  }

  private static func littleEndian(_ value: UInt64, _ addressSize: AddressSize) -> [UInt8] {
    addressSize == .wide ? littleEndian(value) : littleEndian(UInt32(truncatingIfNeeded: value))
  }

  private static func littleEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    (0..<T.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> T($0 * 8)) }
  }
}
