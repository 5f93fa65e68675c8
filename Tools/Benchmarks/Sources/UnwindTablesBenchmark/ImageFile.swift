import Glibc
import UnwindTables

/// The few sections of an x86-64 ELF file that this benchmark needs. The file is the caller's choice and trusted.
struct ImageFile {
  var sections = UnwindTable.Sections()

  init?(path: String) {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    func bytes(_ offset: UInt64, _ count: UInt64) -> [UInt8] {
      [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, initialized in
        initialized = max(0, pread(descriptor, buffer.baseAddress, Int(count), off_t(offset)))
      }
    }
    func number(_ bytes: [UInt8], _ offset: Int, _ size: Int) -> UInt64 {
      (0..<size).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
    }
    let header = bytes(0, 64)
    guard header.count == 64, header[0] == 0x7F, header[4] == 2, number(header, 18, 2) == 62 else { return nil }
    let size = Int(number(header, 58, 2))
    let count = Int(number(header, 60, 2))
    let table = bytes(number(header, 40, 8), UInt64(size * count))
    func section(_ index: Int) -> (name: Int, address: UInt64, offset: UInt64, size: UInt64) {
      let at = index * size
      return (
        Int(number(table, at, 4)), number(table, at + 16, 8), number(table, at + 24, 8), number(table, at + 32, 8)
      )
    }
    let strings = section(Int(number(header, 62, 2)))
    let names = bytes(strings.offset, strings.size)
    for index in 0..<count {
      let found = section(index)
      let name = String(decoding: names[found.name...].prefix { $0 != 0 }, as: UTF8.self)
      switch name {
      case ".eh_frame":
        sections.ehFrame = bytes(found.offset, found.size)
        sections.ehFrameAddress = found.address
      case ".eh_frame_hdr":
        sections.ehFrameHeader = bytes(found.offset, found.size)
        sections.ehFrameHeaderAddress = found.address
      default: break
      }
    }
  }

  /// The starts of all functions that `.eh_frame_hdr` lists (in its usual form).
  var functionStarts: [UInt64] {
    guard let header = sections.ehFrameHeader, header.count > 12 else { return [] }
    return stride(from: 12, to: header.count - 7, by: 8).map { offset in
      let value = (0..<4).reduce(UInt32(0)) { $0 | UInt32(header[offset + $1]) << UInt32(8 * $1) }
      return sections.ehFrameHeaderAddress &+ UInt64(bitPattern: Int64(Int32(bitPattern: value)))
    }
  }
}
