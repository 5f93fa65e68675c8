/// How many stacks went on beyond what perf_event or ptrace copied at once.
struct DeepStacks: Hashable {
  /// In memory that was copied at the same instant.
  var copied: UInt64 = 0
  /// In live memory, while their threads stood still.
  var live: UInt64 = 0

  /// What is said of them in every output; empty for none.
  var sentences: [String] {
    var sentences: [String] = []
    if copied > 0 { sentences.append("\(copied) stacks were deeper than their dumps: the rest was copied with the sample") }
    if live > 0 {
      sentences.append("\(live) stacks were deeper than their dumps: the rest was read live while their threads were stopped")
    }
    return sentences
  }
}
