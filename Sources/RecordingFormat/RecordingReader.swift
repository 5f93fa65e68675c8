import BinaryReading
import ProfileModel

/// Reads a recording, whole or cut, into a profile. Opens nothing that the recording names.
public enum RecordingReader {
  /// Whether a file that starts with these bytes is a recording.
  public static func recognizes(_ bytes: RawSpan) -> Bool {
    guard bytes.byteCount >= 8 else { return false }
    return (0..<8).allSatisfy { (try? bytes.load(at: $0, as: UInt8.self)) == ChunkFraming.fileMagic[$0] }
  }

  /// Reads all chunks up to the first that is cut or damaged; `metadata.isComplete` tells whether that was the end.
  ///
  /// - Parameter details: What is shown that is left out as a rule.
  public static func read(
    _ bytes: [UInt8], path: String, showing details: RecordingDetails = [], budget: ReadingBudget = ReadingBudget()
  ) throws(RecordingError) -> Profile {
    var stream = RecordingStream(path: path, budget: budget)
    _ = try stream.consume(bytes.rawSpan)
    return try stream.finish(fileBytes: bytes.count, showing: details)
  }

  /// What a recording lacks because it was cut before its names were written.
  package static func unnamed(_ bytes: [UInt8], path: String) throws(RecordingError) -> UnnamedRecording {
    var stream = RecordingStream(path: path)
    _ = try stream.consume(bytes.rawSpan)
    return try stream.unnamed()
  }
}
