import BinaryReading
import RecordingFormat

extension RecordingWriter.Losses {
  /// What is said of them in every output; empty for none.
  var sentences: [String] {
    guard samples > 0 else { return [] }
    let cause = refusal.map { "the disk refused them (\(errorText($0)))" } ?? "the disk was too slow"
    return ["\(samples) \(samples == 1 ? "sample is" : "samples are") missing in the recording: \(cause)"]
  }
}
