import ProfileModel

/// How many stacks went on beyond what perf_event or ptrace copied at once.
struct DeepStacks: Hashable {
  /// In memory that was copied at the same instant.
  var copied: UInt64 = 0
  /// In live memory, while their threads stood still.
  var live: UInt64 = 0

  /// What is noted of them; empty for none.
  var notes: [ProfileNote] {
    [(copied, ProfileNote.StackRest.copied), (live, .live)].filter { $0.0 > 0 }
      .map { .stacksContinued(count: $0.0, from: $0.1) }
  }
}
