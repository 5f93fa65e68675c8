import BinaryReading
import ProfileModel

extension ELFImage {
  /// Bytes of notes that are searched for a build ID.
  private static let noteLimit: UInt64 = 1 << 20

  /// Looks through the note segments first, which running programs have in memory, then through note sections.
  static func findBuildID(
    _ segments: [Segment], _ sections: [Section], _ source: ImageSource, _ path: String
  ) -> BuildID? {
    for segment in segments where segment.type == .note && segment.fileSize <= noteLimit {
      guard let bytes = try? source.read(at: segment.offset, count: segment.fileSize, path: path) else { continue }
      if let found = buildID(inNotes: bytes.rawSpan) { return found }
    }
    for section in sections where section.type == .note && section.size <= noteLimit {
      guard let bytes = try? source.read(at: section.offset, count: section.size, path: path) else { continue }
      if let found = buildID(inNotes: bytes.rawSpan) { return found }
    }
    return nil
  }

  /// The build ID among notes that follow one another (gABI, "Note Section"; `NT_GNU_BUILD_ID` is 3 of owner "GNU").
  package static func buildID(inNotes bytes: RawSpan) -> BuildID? {
    var cursor = ByteCursor(bytes)
    do throws(BinaryReadingError) {
      while cursor.remaining >= 12 {
        let nameSize = Int(try cursor.read(UInt32.self))
        let descriptorSize = Int(try cursor.read(UInt32.self))
        let type: UInt32 = try cursor.read()
        let name = try cursor.readBytes(nameSize)
        try cursor.skip(min(cursor.remaining, padding(nameSize)))
        let descriptor = try cursor.readBytes(descriptorSize)
        if type == 3, nameSize == 4, try name.load(at: 0, as: UInt32.self) == 0x0055_4E47 {
          var identity: [UInt8] = []
          guard descriptorSize <= 64 else { return nil }
          for index in 0..<descriptorSize { identity.append(try descriptor.load(at: index)) }
          return BuildID(identity)
        }
        try cursor.skip(min(cursor.remaining, padding(descriptorSize)))
      }
    } catch { return nil }
    return nil
  }

  private static func padding(_ size: Int) -> Int { (4 - size % 4) % 4 }

  /// `.gnu_debuglink`: the name of the file with this one's debug information, and its CRC.
  package var debugLink: (name: String, crc: UInt32)? {
    guard let section = section(named: ".gnu_debuglink"), let bytes = try? contents(of: section, limit: 1 << 16),
      let name = try? bytes.rawSpan.cString(at: 0), bytes.count >= 4,
      let crc = try? bytes.rawSpan.load(at: bytes.count & ~3 &- 4, as: UInt32.self)
    else { return nil }
    return (name, crc)
  }

  /// `.gnu_debugaltlink`: the file that several debug files share (as `dwz -m` makes it), and its build ID.
  package var altLink: (path: String, buildID: BuildID)? {
    guard let section = section(named: ".gnu_debugaltlink"), let bytes = try? contents(of: section, limit: 1 << 16),
      let path = try? bytes.rawSpan.cString(at: 0), let end = bytes.firstIndex(of: 0),
      let identity = BuildID(Array(bytes[(end + 1)...]))
    else { return nil }
    return (path, identity)
  }
}
