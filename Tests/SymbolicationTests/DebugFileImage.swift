/// An ELF file of sections alone (System V gABI, chapter 4), for debug information made by hand.
enum DebugFileImage {
  /// The bytes of such a file; empty sections are left out.
  static func bytes(of sections: [(name: String, contents: [UInt8])]) -> [UInt8] {
    let sections = sections.filter { !$0.contents.isEmpty }
    var names: [UInt8] = [0]
    var headers = [UInt8](repeating: 0, count: 64)
    var bytes = [UInt8](repeating: 0, count: 64)
    func header(name: Int, type: UInt32, offset: Int, size: Int) -> [UInt8] {
      var header = [UInt8](repeating: 0, count: 64)
      Self.put(UInt32(truncatingIfNeeded: name), at: 0, in: &header)
      Self.put(type, at: 4, in: &header)
      Self.put(UInt64(offset), at: 24, in: &header)
      Self.put(UInt64(size), at: 32, in: &header)
      Self.put(1 as UInt64, at: 48, in: &header)
      return header
    }
    for section in sections {
      headers += header(name: names.count, type: 1, offset: bytes.count, size: section.contents.count)
      names += Array(section.name.utf8) + [0]
      bytes += section.contents
      bytes += [UInt8](repeating: 0, count: -bytes.count & 7)
    }
    let namesName = names.count
    names += Array(".shstrtab".utf8) + [0]
    headers += header(name: namesName, type: 3, offset: bytes.count, size: names.count)
    bytes += names
    bytes += [UInt8](repeating: 0, count: -bytes.count & 7)
    let start: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1]
    bytes.replaceSubrange(0..<7, with: start)
    Self.put(0x003E_0002 as UInt32, at: 16, in: &bytes)  // ET_EXEC, EM_X86_64
    Self.put(1 as UInt32, at: 20, in: &bytes)
    Self.put(UInt64(bytes.count), at: 40, in: &bytes)
    Self.put(64 as UInt16, at: 52, in: &bytes)
    Self.put(64 as UInt16, at: 58, in: &bytes)
    Self.put(UInt16(sections.count + 2), at: 60, in: &bytes)
    Self.put(UInt16(sections.count + 1), at: 62, in: &bytes)
    return bytes + headers
  }

  private static func put<T: FixedWidthInteger>(_ value: T, at position: Int, in bytes: inout [UInt8]) {
    for index in 0..<T.bitWidth / 8 { bytes[position + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
  }
}
