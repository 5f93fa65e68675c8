import ProfileModel
import TextWriting

extension ProfileMark {
  /// What happened, in words: `process 12 begins`, `runs gzip`, `3 samples lost`.
  ///
  /// - Parameter isMakers: Whether it is said of whoever made the process or thread.
  package func words(ofMaker isMakers: Bool = false) -> String {
    if isJoined { return "\(count.grouped) \(countedWords)" }
    switch kind {
    case .processBegan: return isMakers ? "makes process \(numbers.pid)" : "process \(numbers.pid) begins" + by
    case .threadBegan: return isMakers ? "makes thread \(numbers.tid)" : "thread \(numbers.tid) begins" + by
    case .exec: return "process \(numbers.pid) runs \(name.isEmpty ? "another program" : name)"
    case .threadEnded: return "thread \(numbers.tid)\(called) ends"
    case .processEnded: return "process \(numbers.pid)\(called) ends"
    case .lost: return "\(count.grouped) \(count == 1 ? "sample" : "samples") lost"
    }
  }

  private var by: String { parent.tid == 0 ? "" : ", made by \(parent.tid)\(called)" }
  private var called: String { name.isEmpty ? "" : " (\(name))" }

  /// Of several that are not told apart.
  private var countedWords: String {
    let isOne = count == 1
    return switch kind {
    case .processBegan: isOne ? "process begins" : "processes begin"
    case .threadBegan: isOne ? "thread begins" : "threads begin"
    case .exec: isOne ? "program begins" : "programs begin"
    case .threadEnded: isOne ? "thread ends" : "threads end"
    case .processEnded: isOne ? "process ends" : "processes end"
    case .lost: isOne ? "sample lost" : "samples lost"
    }
  }
}
