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
///
/// An async function's context is looked for in registers that the walk itself does not depend on. Those of the frames up
/// to it are remembered, too, and must be the same while one is looked for:
///
///     steps        root ─ … ─ runs jobs ─ async function ─ frame ─ frame ─ leaf
///     registers                           └ of these
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

  /// The async function of the last walk, and its place among `steps`; nil for none.
  private var async: (frame: AsyncFrame, index: Int)?
  /// Of `steps` from that one on.
  private var registers: [AsyncFrame.Registers] = []
  /// That of this walk.
  private var ownAsync: AsyncFrame?
  /// Of `trail`, from the leaf on, as long as one was looked for.
  private var trailRegisters: [AsyncFrame.Registers] = []

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
    ownAsync = nil
    trailRegisters.removeAll(keepingCapacity: true)
  }

  /// Whether the last walk was at the same place with the same words ahead; if so `stack` gets the rest of it.
  ///
  /// - Parameter registers: Where an async function is still looked for, those that tell its context; then the last walk must
  ///   have had one ahead, which is `asyncAhead` from then on.
  @inline(__always)
  mutating func rejoins(
    _ frame: FrameCursor, _ memory: TargetMemory, registers: @autoclosure () -> AsyncFrame.Registers?,
    into stack: inout UnwoundStack
  ) -> Bool {
    while next >= 0, steps[next].sp < frame.sp { next &-= 1 }
    guard next >= 0, steps[next].sp == frame.sp, steps[next].fp == frame.fp,
      steps[next].frame.address == frame.pc, steps[next].frame.isReturnAddress == frame.isReturnAddress
    else { return false }
    if let wanted = registers() {
      guard let async, async.index <= next, next - async.index < self.registers.count,
        self.registers[next - async.index] == wanted
      else { return false }
    }
    return finishAlike(memory, into: &stack)
  }

  /// The async function that lay on the rest of the way, and how many frames are on the root side of it.
  var asyncAhead: (frame: AsyncFrame, index: Int)? { async }

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
    if let async {
      if async.index > next {
        forgetAsync()
      } else {
        registers.removeLast(max(0, registers.count - (next + 1 - async.index)))
      }
    }
    keepTrail()
    return true
  }

  /// Notes the frame that was just added.
  @inline(__always)
  mutating func note(_ frame: UnwoundStack.Frame, at cursor: FrameCursor) {
    trail.append(Step(sp: cursor.sp, fp: cursor.fp, frame: frame, words: trailWords.count))
  }

  /// Notes the registers of the frame that was just added, while an async function is looked for.
  @inline(__always)
  mutating func note(_ registers: AsyncFrame.Registers) { trailRegisters.append(registers) }

  /// Notes that the last frame whose registers were noted is an async function's.
  mutating func note(_ async: AsyncFrame) { ownAsync = async }

  /// Notes a word that was read.
  @inline(__always)
  mutating func note(_ value: UInt64, at address: UInt64) {
    trailWords.append(Word(address: address, value: value))
  }

  /// Says that the way from the frame at hand depends on more than is noted.
  mutating func dropTrail() {
    trail.removeAll(keepingCapacity: true)
    trailWords.removeAll(keepingCapacity: true)
    trailRegisters.removeAll(keepingCapacity: true)
  }

  /// Ends a walk that reached the root by itself.
  mutating func reachedRoot() {
    steps.removeAll(keepingCapacity: true)
    words.removeAll(keepingCapacity: true)
    forgetAsync()
    keepTrail()
  }

  /// Forgets everything.
  mutating func forget() {
    steps.removeAll(keepingCapacity: true)
    words.removeAll(keepingCapacity: true)
    forgetAsync()
  }

  private mutating func forgetAsync() {
    async = nil
    registers.removeAll(keepingCapacity: true)
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
    if let ownAsync {
      // None are left where the way from it on depended on more.
      async = trailRegisters.isEmpty ? nil : (ownAsync, steps.count - trailRegisters.count)
      registers.removeAll(keepingCapacity: true)
    }
    // Where no function was looked for, nobody has noted any.
    guard let async, registers.count + trailRegisters.count == steps.count - async.index else { return }
    for index in stride(from: trailRegisters.count - 1, through: 0, by: -1) { registers.append(trailRegisters[index]) }
  }
}
