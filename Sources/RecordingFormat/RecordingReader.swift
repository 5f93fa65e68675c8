import BinaryReading
import ProfileModel
import RecordingSchema
import SwiftProtobuf

/// Reads a recording, whole or cut, into a profile. Opens nothing that the recording names.
public enum RecordingReader {
  /// Whether a file that starts with these bytes is a recording.
  public static func recognizes(_ bytes: RawSpan) -> Bool {
    guard bytes.byteCount >= 8 else { return false }
    return (0..<8).allSatisfy { (try? bytes.load(at: $0, as: UInt8.self)) == ChunkFraming.fileMagic[$0] }
  }

  /// Reads all chunks up to the first that is cut or damaged; `metadata.isComplete` tells whether that was the end.
  ///
  /// - Parameter showsThunks: Whether compiler-made functions stay beside those that they lead to; otherwise a thunk
  ///   that calls or is called by the function it is named after is one frame with it.
  public static func read(
    _ bytes: [UInt8], path: String, showsThunks: Bool = false
  ) throws(RecordingError) -> Profile {
    var (assembly, end) = try assemble(bytes, path: path)
    return assembly.finish(unreadBytes: bytes.count - end, showsThunks: showsThunks)
  }

  /// What a recording lacks because it was cut before its names were written.
  package static func unnamed(_ bytes: [UInt8], path: String) throws(RecordingError) -> UnnamedRecording {
    let (assembly, end) = try assemble(bytes, path: path)
    return UnnamedRecording(
      tables: assembly.tables, modules: assembly.fileModules(named: { $0 == nil }),
      givenUp: assembly.fileModules(named: { $0 == "none" }), length: UInt64(end))
  }

  /// All that can be read, and where that ends.
  private static func assemble(
    _ bytes: [UInt8], path: String
  ) throws(RecordingError) -> (ProfileAssembly, end: Int) {
    var assembly = ProfileAssembly()
    let view = bytes.rawSpan
    guard recognizes(view) else { throw .notARecording(path: path) }
    guard let version = try? view.load(at: 8, as: UInt32.self) else { throw .empty(path: path) }
    let known = [ChunkFraming.version, ChunkFraming.versionWithValueTypes]
    guard known.contains(version) else { throw .unknownVersion(path: path, version: version) }
    var offset = ChunkFraming.headerBytes
    var chunks = 0
    while let (plain, next) = ChunkFraming.chunk(in: view, at: offset) {
      guard let chunk = try? Recording_Chunk(serializedBytes: plain), assembly.add(chunk) else { break }
      chunks += 1
      offset = next
    }
    guard chunks > 0 else { throw .empty(path: path) }
    return (assembly, offset)
  }
}
