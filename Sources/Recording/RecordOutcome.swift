import ProfileModel
import RecordingFormat
import Sampling

/// How a recording went.
package struct RecordOutcome: Sendable {
  private let writer: RecordingWriter
  private let known: Profile?
  /// Why the disk did not take it whole; nil when it did.
  package let writeFailure: Int32?
  /// How sampling was done.
  package let sampler: SamplerDescription

  /// A recording that is finished, and its profile where that is known without reading it back.
  init(writer: RecordingWriter, known: Profile?, writeFailure: Int32?, sampler: SamplerDescription) {
    self.writer = writer
    self.known = known
    self.writeFailure = writeFailure
    self.sampler = sampler
  }

  /// The recording's bytes, as they are or should be on disk.
  package func contents() throws(RecordingError) -> [UInt8] { try writer.contents() }

  /// Whether `profile` has nothing to read.
  package var isProfileKnown: Bool { known != nil }

  /// The profile of what was recorded: the one that is read from `contents()`.
  package func profile() throws(RecordingError) -> Profile {
    if let known { return known }
    return try RecordingReader.read(try contents(), path: writer.path, budget: .unlimited)
  }
}
