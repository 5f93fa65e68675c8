import ProfileModel

/// Why a recording could not be read or written.
public enum RecordingError: Error, Hashable, Sendable {
  /// The file does not begin like a recording.
  case notARecording(path: String)
  /// The file was written in a version of the format that is not known here.
  case unknownVersion(path: String, version: UInt32)
  /// Not a single chunk could be read.
  case empty(path: String)
  /// Bytes that were written to the file are gone.
  case shortened(path: String)
  /// It holds more than is read of a file.
  case tooLarge(path: String, ReadingBudget.Exceeded)
  /// The recording is still being written.
  case stillWritten(path: String)
  /// A system call on a file failed.
  case io(path: String, errno: Int32)
}
