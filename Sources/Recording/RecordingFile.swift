import ProfileModel
import RecordingFormat
import Sampling

/// The recording on disk as a sink of windows, and the profile of what it holds.
final class RecordingFile: WindowSink {
  private let writer: RecordingWriter
  private var draft: ProfileDraft?
  private let draftLimit: Int

  /// Why samples are missing, as of now; to be asked once the disk had its last chance, by `flush`.
  var losses: RecordingWriter.Losses { writer.losses }

  /// A file that is about to be written.
  ///
  /// - Parameter draftLimit: Bytes that what is kept for the profile may take.
  init(_ writer: RecordingWriter, draftLimit: Int = 4 << 20) {
    self.writer = writer
    self.draftLimit = draftLimit
  }

  func begin(_ header: RecordingHeader) {
    draft = ProfileDraft(header, limit: draftLimit)
    writer.append(RecordingChunk(header))
  }

  func take(_ window: RecordingWindow) {
    for chunk in RecordingChunk.chunks(of: window) { writer.append(chunk) }
    draft?.add(window)
  }

  func take(_ names: RecordedNames, isAtEnd: Bool) {
    let chunks = RecordingChunk.chunks(of: names)
    for chunk in chunks { writer.append(chunk) }
    draft?.add(names, chunks: chunks.count, isAtEnd: isAtEnd)
  }

  /// Waits until the disk has taken everything, or refused it.
  func flush() { _ = writer.finish() }

  /// Closes the recording.
  ///
  /// - Parameter tables: What its windows added up to.
  func end(_ trailer: RecordingTrailer, tables: consuming RecordingTables, sampler: SamplerDescription)
    -> RecordOutcome
  {
    writer.append(RecordingChunk(trailer))
    let failure = writer.finish()
    let losses = writer.losses
    let isWhole = losses.samples == 0 && losses.chunks == 0
    let profile = isWhole ? draft.take()?.profile(tables: tables, trailer: trailer) : nil
    return RecordOutcome(writer: writer, known: profile, writeFailure: failure, sampler: sampler)
  }
}
