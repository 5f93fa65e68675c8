import BinaryReading

extension ELFImage {
  /// Bytes of a section, decompressed or not, that are still held.
  package static let contentsLimit: UInt64 = 512 << 20

  /// All bytes of a section, decompressed where need be.
  ///
  /// Sizes are compared with the file's before memory is taken; a compressed section can't state more than its method's
  /// greatest ratio allows.
  package func contents(of section: Section, limit: UInt64 = contentsLimit) throws(ELFError) -> [UInt8] {
    guard section.hasContents else { throw .noContents(path: path, section: section.name) }
    guard section.size <= limit else {
      throw .overLimit(path: path, part: section.name, value: section.size, limit: limit)
    }
    let stored = try source.read(at: section.offset, count: section.size, path: path)
    return section.isCompressed ? try decompress(stored, of: section, limit: limit) : stored
  }

  /// Bytes of a section after decompression, as it states them; nobody checked that they are there.
  package func statedSize(of section: Section) throws(ELFError) -> UInt64 {
    guard section.isCompressed, section.hasContents else { return section.size }
    let header = try storedBytes(of: section, at: 0, count: min(section.size, 24))
    do throws(BinaryReadingError) {
      return try CompressionHeader(header.rawSpan, isMarked: section.flags & 0x800 != 0, addressSize).size
    } catch { throw .badCompression(path: path, section: section.name) }
  }

  /// `count` bytes at a stated address, out of the segment that holds them.
  package func read(address: UInt64, count: Int) throws(ELFError) -> [UInt8] {
    guard let wanted = UInt64(exactly: count) else {
      throw .addressNotInFile(path: path, address: address, count: 0)
    }
    for segment in segments where segment.type == .load && segment.holds(address) {
      let skipped = address - segment.virtualAddress
      guard wanted <= segment.fileSize - skipped else { continue }
      return try source.read(at: segment.offset &+ skipped, count: wanted, path: path)
    }
    throw .addressNotInFile(path: path, address: address, count: wanted)
  }

  /// Bytes from a stated address to the end of what the file, or what there is of it, holds of its segment.
  package func bytesAvailable(at address: UInt64) -> UInt64 {
    for segment in segments where segment.type == .load && segment.holds(address) {
      let skipped = address - segment.virtualAddress
      return min(segment.fileSize - skipped, source.available(at: segment.offset &+ skipped))
    }
    return 0
  }

  private func decompress(_ stored: [UInt8], of section: Section, limit: UInt64) throws(ELFError) -> [UInt8] {
    let (header, method) = try compression(stored, of: section)
    guard header.size / method.greatestRatio <= UInt64(stored.count) else {
      throw .badCompression(path: path, section: section.name)
    }
    let size = try checked(header.size, of: section, limit: limit)
    var isComplete = false
    // SAFETY: all of the buffer is written, or none of it counts.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { output, filled in
      var span = unsafe MutableRawSpan(
        _unsafeBytes: UnsafeMutableRawBufferPointer(start: output.baseAddress, count: size))
      isComplete = method.decompress(stored, from: header.length, into: &span)
      filled = isComplete ? size : 0
    }
    guard isComplete else { throw .badCompression(path: path, section: section.name) }
    return bytes
  }

  private func compression(_ stored: [UInt8], of section: Section) throws(ELFError)
    -> (CompressionHeader, CompressionMethod)
  {
    let header: CompressionHeader
    do throws(BinaryReadingError) {
      header = try CompressionHeader(stored.rawSpan, isMarked: section.flags & 0x800 != 0, addressSize)
    } catch { throw .badCompression(path: path, section: section.name) }
    guard let method = CompressionMethod(rawValue: header.method) else {
      throw .unsupportedCompression(path: path, section: section.name, method: header.method)
    }
    return (header, method)
  }

  private func checked(_ size: UInt64, of section: Section, limit: UInt64) throws(ELFError) -> Int {
    guard size <= limit, let count = Int(exactly: size) else {
      throw .overLimit(path: path, part: section.name, value: size, limit: limit)
    }
    return count
  }
}
