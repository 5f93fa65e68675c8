import ProfileModel
import TextWriting

extension ProfileMetadata {
  /// The calls that were counted as units of work: `12,345 calls of handle, 1,234 a second, 0.290 ms of CPU time each`; nil
  /// where none were.
  package var workText: String? {
    guard let work else { return nil }
    var parts = ["\(work.count.grouped) \(work.count == 1 ? "call" : "calls") of \(work.function)"]
    if durationSeconds > 0, work.count > 0 {
      parts.append("\((Double(work.count) / durationSeconds).fixed(0)) a second")
    }
    if let used = cpuSecondsUsed, work.count > 0 {
      parts.append("\((used / Double(work.count)).exactSecondsText) of CPU time each")
    }
    return parts.joined(separator: ", ")
  }
}
