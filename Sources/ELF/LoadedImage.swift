import BinaryReading
import Processes
import ProfileModel

/// An image put together from a process's memory, for binaries that were replaced on disk and that only a privileged
/// user could open through `map_files`.
///
///     memory   │ header, .dynsym, .eh_frame … │ code │ relocated data │      as mapped, each at its offset in the file
///     taken    │ ██████  ██████   █████████   │      │  █ .dynamic    │ made up: section headers for .dynsym, .dynstr
///
/// What the loader maps is enough to unwind and to name exported functions. Symbol tables for debuggers are not mapped,
/// and are gone with the file.
///
/// Nothing is read before the first page has turned out to be an image's, and then only the parts that are needed. Pages
/// that are not in memory are left alone, unless a file on disk holds them: all else would be allocated for the reading.
struct LoadedImage: ~Copyable {
  private let memory: ProcessMemory
  private let parts: [ProcessMaps.Entry]
  private let pages: PageMap
  private let mapping: Mapping
  private var pieces = FilePieces()
  /// As the file's header says.
  private var addressSize = AddressSize.wide

  /// Bytes of one part of an image that are still taken.
  private static let partLimit: UInt64 = 64 << 20
  /// Bytes of unwind information read at a time.
  private static let stepSize: UInt64 = 1 << 16

  /// The parts of the image that `mapping`'s process has mapped; nil when it is none, or its header can't be read.
  static func image(pid: Int32, mapping: Mapping, in mappings: FileMappings, procFolder: String) -> ELFImage? {
    guard let pages = PageMap(pid: pid, procFolder: procFolder) else { return nil }
    let parts = mappings.parts(of: mapping).filter(\.isReadable)
    // Where a page of the file is mapped twice, as between code and data, what can't be written is what the file holds.
    let sorted = parts.filter { !$0.isWritable } + parts.filter(\.isWritable)
    var image = LoadedImage(memory: ProcessMemory(pid: pid), parts: sorted, pages: pages, mapping: mapping)
    guard image.takeHeaders(), let plain = try? ELFImage(pieces: image.pieces, path: mapping.filePath) else {
      return nil
    }
    image.takeNotes(plain)
    image.takeUnwindInformation(plain)
    image.takeDynamicSymbols(plain)
    return try? ELFImage(pieces: image.pieces, path: mapping.filePath)
  }

  private init(memory: ProcessMemory, parts: [ProcessMaps.Entry], pages: PageMap, mapping: Mapping) {
    (self.memory, self.parts, self.mapping) = (memory, parts, mapping)
    self.pages = pages
  }

  /// The actual address of `count` bytes at an offset of the file, where one mapping has them all.
  private func address(of offset: UInt64, count: UInt64) -> UInt64? {
    for part in parts where offset >= part.mapping.fileOffset {
      let (skipped, size) = (offset - part.mapping.fileOffset, part.mapping.end - part.mapping.start)
      if skipped <= size, count <= size - skipped { return part.mapping.start + skipped }
    }
    return nil
  }

  private func read(_ offset: UInt64, count: UInt64) -> [UInt8]? {
    guard count > 0, count <= Self.partLimit, let address = address(of: offset, count: count) else { return nil }
    let isInMemory = mapping.isMemoryFile
    guard pages.allSatisfy(address, count: count, { $0.isPresent || (!isInMemory && !$0.isSwapped) }) else {
      return nil
    }
    return memory.bytes(at: address, count: count)
  }

  private mutating func take(_ offset: UInt64, count: UInt64) {
    if let bytes = read(offset, count: count) { pieces.add(bytes, at: offset) }
  }

  /// The file's header and its program headers; false when it is no image.
  private mutating func takeHeaders() -> Bool {
    // One page, which the machine may have taken back from a file's mapping: that much may be read of any file on disk.
    guard let header = read(0, count: 64), header.starts(with: [0x7F, 0x45, 0x4C, 0x46]),
      let addressSize = AddressSize(rawValue: header[4]), header[5] == 1
    else { return false }
    self.addressSize = addressSize
    pieces.add(header, at: 0)
    // Section headers are not mapped, whatever the header says.
    setSections(offset: 0, count: 0)
    // `e_phoff`, behind `e_entry`, and `e_phnum`, behind `e_phentsize`.
    if let table = try? header.rawSpan.load(at: 24 + addressSize.bytes, addressSize),
      let count: UInt16 = try? header.rawSpan.load(at: addressSize.countFields + 2)
    {
      take(table, count: UInt64(count) * addressSize.segmentHeaderSize)
    }
    return true
  }

  private mutating func takeNotes(_ plain: borrowing ELFImage) {
    for note in plain.segments where note.type == .note && note.fileSize <= 1 << 16 {
      take(note.offset, count: note.fileSize)
    }
  }

  /// `.eh_frame_hdr`, and `.eh_frame` up to the entry of length zero that ends it (LSB 5.0, section 10.6.1).
  private mutating func takeUnwindInformation(_ plain: borrowing ELFImage) {
    guard let segment = plain.segment(ofType: .ehFrameHeader),
      let header = read(segment.offset, count: segment.fileSize)
    else { return }
    pieces.add(header, at: segment.offset)
    // The one form that linkers write: version 1, .eh_frame's address relative to its own place.
    guard header.starts(with: [1, 0x1B]), let distance: Int32 = try? header.rawSpan.load(at: 4) else { return }
    let address = segment.virtualAddress &+ 4 &+ UInt64(bitPattern: Int64(distance))
    guard let load = plain.segments.first(where: { $0.type == .load && $0.holds(address) }) else { return }
    let start = load.offset &+ (address &- load.virtualAddress)
    let available = min(load.fileSize - (address - load.virtualAddress), Self.partLimit)
    var frames: [UInt8] = []
    var next: UInt64 = 0
    while next + 4 <= available {
      while UInt64(frames.count) < next + 4 {
        let count = min(Self.stepSize, available - UInt64(frames.count))
        guard let more = read(start &+ UInt64(frames.count), count: count) else { return }
        frames += more
      }
      guard let length: UInt32 = try? frames.rawSpan.load(at: Int(next)) else { return }
      next += 4 + UInt64(length)
      if length == 0 { break }
    }
    while UInt64(frames.count) < min(next, available) {
      let count = min(Self.stepSize, available - UInt64(frames.count))
      guard let more = read(start &+ UInt64(frames.count), count: count) else { return }
      frames += more
    }
    pieces.add(Array(frames.prefix(Int(min(next, available)))), at: start)
  }

  /// The symbols that the dynamic linker uses (gABI, "Dynamic Section"), and section headers for them.
  private mutating func takeDynamicSymbols(_ plain: borrowing ELFImage) {
    guard let dynamic = plain.segment(ofType: .dynamic), dynamic.fileSize <= 1 << 16,
      let entries = read(dynamic.offset, count: dynamic.fileSize),
      let head = plain.segments.first(where: { $0.type == .load && $0.offset == 0 }),
      let start = address(of: 0, count: 64)
    else { return }
    let bias = start &- head.virtualAddress
    var values: [UInt64: UInt64] = [:]
    let half = addressSize.bytes
    for base in stride(from: 0, to: entries.count - 2 * half + 1, by: 2 * half) {
      guard let tag = try? entries.rawSpan.load(at: base, addressSize), tag != 0 else { break }
      if let value = try? entries.rawSpan.load(at: base + half, addressSize) { values[tag] = value }
    }
    // glibc adds the bias to these addresses in place, other dynamic linkers don't.
    func offset(_ tag: UInt64, _ segments: [Segment]) -> UInt64? {
      guard let value = values[tag] else { return nil }
      for address in [value, (value &- bias) & addressSize.mask] {
        for segment in segments where segment.type == .load && segment.holds(address) {
          return segment.offset &+ (address &- segment.virtualAddress)
        }
      }
      return nil
    }
    let (stringTable, symbolTable, stringSize): (UInt64, UInt64, UInt64) = (5, 6, 10)
    guard let symbols = offset(symbolTable, plain.segments), let strings = offset(stringTable, plain.segments),
      let size = values[stringSize], symbols < strings
    else { return }
    // Linkers put the names right behind the symbols; there is no count of these.
    let entry = UInt64(addressSize.symbolSize)
    let symbolBytes = (strings - symbols) / entry * entry
    guard let symbolTableBytes = read(symbols, count: symbolBytes), let stringBytes = read(strings, count: size) else {
      return
    }
    pieces.add(symbolTableBytes, at: symbols)
    pieces.add(stringBytes, at: strings)
    let sections = [
      sectionHeader(type: 0, offset: 0, size: 0, link: 0, entrySize: 0),
      sectionHeader(type: 11, offset: symbols, size: symbolBytes, link: 2, entrySize: entry),
      sectionHeader(type: 3, offset: strings, size: size, link: 0, entrySize: 0),
    ]
    let end = (pieces.size &+ 7) & ~7
    setSections(offset: end, count: UInt16(sections.count))
    pieces.add(sections.flatMap { $0 }, at: end)
  }

  /// `e_shoff`, `e_shentsize`, `e_shnum` and `e_shstrndx`.
  private mutating func setSections(offset: UInt64, count: UInt16) {
    pieces.patchHeader(at: addressSize.sectionTableField, with: word(offset))
    pieces.patchHeader(
      at: addressSize.countFields + 4,
      with: Self.littleEndian(UInt16(addressSize.sectionHeaderSize)) + Self.littleEndian(count)
        + Self.littleEndian(UInt16(0)))
  }

  /// A section header without name and address.
  private func sectionHeader(type: UInt32, offset: UInt64, size: UInt64, link: UInt32, entrySize: UInt64) -> [UInt8] {
    Self.littleEndian(UInt32(0)) + Self.littleEndian(type) + word(2) + word(0) + word(offset) + word(size)
      + Self.littleEndian(link) + Self.littleEndian(UInt32(0)) + word(8) + word(entrySize)
  }

  /// A value as wide as the image's addresses.
  private func word(_ value: UInt64) -> [UInt8] {
    addressSize == .wide ? Self.littleEndian(value) : Self.littleEndian(UInt32(truncatingIfNeeded: value))
  }

  private static func littleEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    (0..<T.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> T($0 * 8)) }
  }
}
