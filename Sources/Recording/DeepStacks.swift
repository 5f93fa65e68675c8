/// How many stacks went on beyond what perf_event or ptrace copied at once.
struct DeepStacks: Hashable {
  /// In memory that was copied at the same instant.
  var copied: UInt64 = 0
  /// In live memory, while their threads stood still.
  var live: UInt64 = 0

  /// What is said of them in every output; empty for none.
  var sentences: [String] {
    func sentence(_ count: UInt64, _ how: String) -> String {
      count == 1
        ? "1 stack went on beyond its dump: the rest was \(how)"
        : "\(count) stacks went on beyond their dumps: the rest was \(how)"
    }
    var sentences: [String] = []
    if copied > 0 { sentences.append(sentence(copied, "copied at the instant of the sample")) }
    if live > 0 { sentences.append(sentence(live, "read while the thread was stopped")) }
    return sentences
  }
}
