import Glibc

/// Which threads of the targets are recorded: by number, or by name, where `*` and `?` stand for others' characters.
package struct ThreadChoice: Sendable {
  /// As it was written.
  package let words: [String]
  private let numbers: Set<Int32>
  /// The kernel keeps so many bytes of a name.
  private static let nameLimit = 15

  /// A choice by any of these; nil for none, which is every thread.
  package init?(_ words: [String]) {
    guard !words.isEmpty else { return nil }
    self.words = words
    numbers = Set(words.compactMap { Int32($0) })
  }

  /// Whether a thread is one of them.
  package func contains(_ tid: Int32, named name: String) -> Bool {
    numbers.contains(tid)
      || words.contains { word in
        // SAFETY: both are read during the call, which Swift ends with a zero.
        unsafe fnmatch(word, name, 0) == 0
          || word.utf8.count > Self.nameLimit && Array(word.utf8.prefix(Self.nameLimit)) == Array(name.utf8)
      }
  }
}

/// Remembers of each thread whether it is recorded, under the name that it has.
struct ChosenThreads {
  private let choice: ThreadChoice
  private var known: [Int32: Bool] = [:]
  /// Samples of others.
  private(set) var leftOut: UInt64 = 0

  /// Those that live may be asked for again; a program that makes threads without end must not fill the memory.
  private static let limit = 1 << 16

  init(_ choice: ThreadChoice) { self.choice = choice }

  /// What is said of it.
  var words: [String] { choice.words }

  /// Whether a thread is recorded, if its name was told.
  func contains(_ tid: Int32) -> Bool? { known[tid] }

  /// Whether a thread is recorded that has this name now.
  mutating func contains(_ tid: Int32, named name: String) -> Bool {
    if known.count >= Self.limit { known.removeAll(keepingCapacity: true) }
    let isChosen = choice.contains(tid, named: name)
    known[tid] = isChosen
    return isChosen
  }

  /// Counts a sample of a thread that is not.
  mutating func leaveOut() { leftOut += 1 }

  /// Forgets a thread that has another name now, is over, or new under its number.
  mutating func forget(_ tid: Int32) { known[tid] = nil }

  /// Forgets all, as when a program begins in a process whose threads are named anew.
  mutating func forgetAll() { known.removeAll(keepingCapacity: true) }
}
