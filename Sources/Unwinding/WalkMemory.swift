import ProfileModel

/// What the last walk found on its way to the root, so that the next one can end where the two ways meet.
///
/// Samples of one thread mostly share the root side of their stacks. From a frame on, a walk depends on the program
/// counter, the stack pointer and the frame pointer there, and on the words that it reads from then on. Where the first
/// three are as they were, and all those words still are what they were, the rest of the way is the same:
///
///     last walk:   leaf ─► … ─► frame ─► frame ─► … ─► root
///     this walk:   leaf ─► ─► ─► same pc, sp, fp;      words read on the way: same in the new dump
///
/// The words are compared without waiting for one another, unlike those of a walk, where each tells where the next is.
/// Frames whose rules ask for other registers, and all that lie on the leaf side of them, are not remembered; neither
/// are walks that went on in live memory or did not reach the root.
struct WalkMemory {
  private struct Step {
    var sp: UInt64
    var fp: UInt64
    var frame: UnwoundStack.Frame
    /// In `trail`: how many words had been read before this frame. In `steps`: how many words are read from it on.
    var words: Int
  }

  private struct Word {
    var address: UInt64
    var value: UInt64
  }

  /// The last walk, root first.
  private var steps: [Step] = []
  private var words: [Word] = []
  /// This walk so far, leaf first.
  private var trail: [Step] = []
  private var trailWords: [Word] = []
  private var generation: UInt32 = 0
  /// The next of `steps`, from the leaf side, that this walk may meet; -1 for none.
  private var next = -1
  /// How many words, from the root, hold in this dump; nil until they were compared.
  private var unchanged: Int?

  /// Longer walks are not remembered.
  private static let limit = 4_096

  /// Starts a walk.
  mutating func begin(generation: UInt32) {
    if generation != self.generation { forget() }
    self.generation = generation
    trail.removeAll(keepingCapacity: true)
    trailWords.removeAll(keepingCapacity: true)
    next = steps.count - 1
    unchanged = nil
  }

  /// Whether the last walk was at the same place with the same words ahead; if so `stack` gets the rest of it.
  @inline(__always)
  mutating func rejoins(_ frame: FrameCursor, _ memory: TargetMemory, into stack: inout UnwoundStack) -> Bool {
    while next >= 0, steps[next].sp < frame.sp { next &-= 1 }
    guard next >= 0, steps[next].sp == frame.sp, steps[next].fp == frame.fp,
      steps[next].frame.address == frame.pc, steps[next].frame.isReturnAddress == frame.isReturnAddress
    else { return false }
    return finishAlike(memory, into: &stack)
  }

  private mutating func finishAlike(_ memory: TargetMemory, into stack: inout UnwoundStack) -> Bool {
    let holding = unchanged ?? memory.unchangedCount(words.count) { (words[$0].address, words[$0].value) }
    unchanged = holding
    guard steps[next].words <= holding else {
      while next >= 0, steps[next].words > holding { next -= 1 }
      return false
    }
    for index in stride(from: next, through: 0, by: -1) { stack.append(steps[index].frame) }
    // What lies on the leaf side of the meeting is this walk's from now on.
    words.removeSubrange(steps[next].words...)
    steps.removeSubrange((next + 1)...)
    keepTrail()
    return true
  }

  /// Notes the frame that was just added.
  @inline(__always)
  mutating func note(_ frame: UnwoundStack.Frame, at cursor: FrameCursor) {
    trail.append(Step(sp: cursor.sp, fp: cursor.fp, frame: frame, words: trailWords.count))
  }

  /// Notes a word that was read.
  @inline(__always)
  mutating func note(_ value: UInt64, at address: UInt64) {
    trailWords.append(Word(address: address, value: value))
  }

  /// Says that the way from the frame at hand depends on more than is noted.
  mutating func dropTrail() {
    trail.removeAll(keepingCapacity: true)
    trailWords.removeAll(keepingCapacity: true)
  }

  /// Ends a walk that reached the root by itself.
  mutating func reachedRoot() {
    steps.removeAll(keepingCapacity: true)
    words.removeAll(keepingCapacity: true)
    keepTrail()
  }

  /// Forgets everything.
  mutating func forget() {
    steps.removeAll(keepingCapacity: true)
    words.removeAll(keepingCapacity: true)
  }

  /// Moves this walk's own part behind the part that is kept.
  private mutating func keepTrail() {
    guard steps.count + trail.count <= Self.limit else { return forget() }
    let total = words.count + trailWords.count
    for index in stride(from: trailWords.count - 1, through: 0, by: -1) { words.append(trailWords[index]) }
    for index in stride(from: trail.count - 1, through: 0, by: -1) {
      var step = trail[index]
      step.words = total - step.words
      steps.append(step)
    }
  }
}
