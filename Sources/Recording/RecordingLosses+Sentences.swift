import Glibc
import RecordingFormat

extension RecordingWriter.Losses {
  /// What is said of them in every output; empty for none.
  var sentences: [String] {
    guard samples > 0 else { return [] }
    let cause = refusal.map { "the disk refused them (\(Self.text($0)))" } ?? "the disk was too slow"
    return ["\(samples) \(samples == 1 ? "sample is" : "samples are") missing in the recording: \(cause)"]
  }

  /// The system's words for an error number.
  private static func text(_ number: Int32) -> String {
    // SAFETY: strerror returns a terminated string that stays valid until this thread's next call; it's copied here.
    unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
  }
}
