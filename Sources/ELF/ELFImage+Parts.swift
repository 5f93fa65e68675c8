import BinaryReading

extension ELFImage {
  /// `count` stored bytes of a section, from `offset` in it on; compressed sections are not decompressed.
  package func storedBytes(of section: Section, at offset: UInt64, count: UInt64) throws(ELFError) -> [UInt8] {
    guard section.hasContents else { throw .noContents(path: path, section: section.name) }
    let (start, overflow) = section.offset.addingReportingOverflow(offset)
    guard !overflow, offset <= section.size, count <= section.size - offset else {
      throw .malformed(path: path, part: section.name, value: offset)
    }
    return try source.read(at: start, count: count, path: path)
  }

  /// Calls `body` with the open file's descriptor, which is lent for the call; nil for images taken from memory.
  ///
  /// For libraries that read files on their own. They must not move the descriptor's offset, close or keep it.
  package func withDescriptor<Result>(_ body: (Int32) -> Result) -> Result? {
    guard case .file(let file, _) = source else { return nil }
    return file.withDescriptor(body)
  }
}
