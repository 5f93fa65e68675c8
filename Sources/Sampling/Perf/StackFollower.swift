import Glibc
import Processes
import ProfileModel

/// Brings what a `StackProgram` copied together with the samples that it belongs to, and says of which threads to copy.
///
///     ring of pages, CPU n   ▒▒▒▒  ▒▒▒▒▒▒      ▒▒▒▒▒▒       each run: one sample, by thread, stack pointer and time
///     ring of samples          ●      ●    ●     ●
///
/// The program runs right before its sample is written, on the same CPU, so that both rings have the same order. What has
/// lost its sample, or is none, is passed over. Nothing is copied, and there are no rings, until a dump ends in the middle
/// of a stack: then the program rings.
@safe final class StackFollower {
  let program: StackProgram
  private let cpus: [Int32]
  private let ringCapacity: Int
  private let tolerance: UInt64
  private var rings: [Int32: PageRing] = [:]
  private var isCopying = false
  private let bell: PageRing
  /// What the program was told.
  private var told: [Int32: StackProgram.Thread] = [:]
  /// How often pages of a thread came that nobody had asked for, since one was of use.
  private var unused: [Int32: Int] = [:]
  /// Where what was copied with the sample at hand lies in the process, and the first of it in its ring.
  private let addresses: UnsafeMutablePointer<UInt64>
  private var count = 0
  private var position: UInt64 = 0
  /// Of these, such that are pages of the process.
  private var stackCount = 0

  private static let mostPages = (StackProgram.reach >> 12) + 96
  /// After so many samples whose pages were of no use a thread's stack is not copied any more.
  private static let patience = 64
  /// Bytes of a ring: at least two of the deepest stacks.
  private static let (smallestRing, largestRing) = (1 << 21, 1 << 22)

  /// Nil where the kernel does not allow it.
  init?(plan: PerfPlan, cpus: [Int32], budget: Int, filter: ProcessFilter?, awaited: AwaitedNote? = nil) {
    let share = max(0, budget) / max(1, cpus.count)
    var capacity = Self.smallestRing
    while capacity * 2 <= min(share, Self.largestRing) { capacity *= 2 }
    guard let bell = PageRing(capacity: Int(sysconf(Int32(_SC_PAGESIZE)))),
      let program = StackProgram(
        dumpBytes: plan.dumpBytes, cpus: cpus, bell: bell.descriptor, ringCapacity: capacity,
        dropped: filter?.set, awaited: awaited)
    else { return nil }
    self.bell = bell
    self.program = program
    self.cpus = cpus
    ringCapacity = capacity
    // Samples of one CPU are a period apart.
    tolerance = min(200_000, 500_000_000 / UInt64(max(1, plan.frequency)))
    unsafe addresses = .allocate(capacity: Self.mostPages)
    self.program.set(.ringing)
  }

  deinit { unsafe addresses.deallocate() }

  /// A descriptor to wake the reader by. The rings themselves would wake it for as long as they are not empty.
  var descriptor: Int32 { bell.descriptor }

  /// Stacks that found no room in a ring.
  var failureCount: UInt64 { rings.isEmpty ? 0 : program.failureCount }

  // MARK: Samples

  /// Calls `body` with the pages that were copied with a sample.
  func withPages(of sample: borrowing RawSample, _ body: (SampledPages) -> Void) {
    guard let registers = sample.registers, let ring = rings[Int32(truncatingIfNeeded: sample.cpu)] else {
      return body(SampledPages())
    }
    let stackPointer = registers[UserRegisters.stackPointer(sample.architecture ?? .host)]
    collect(from: ring, tid: sample.tid, sp: stackPointer, time: sample.time)
    if stackCount > 0, told[sample.tid] == nil { countUnused(sample.tid) }
    defer { ring.release() }
    guard count > 0 else { return body(SampledPages()) }
    // SAFETY: `collect` has filled in `count` addresses, of records in a row that begins at `position`, and nothing writes to
    // either before `body` returns: the kernel gets the ring's room back behind it.
    unsafe body(
      SampledPages(
        addresses: Span(_unsafeStart: UnsafePointer(addresses), count: count),
        bytes: RawSpan(_unsafeBytes: ring.bytes(at: position, count: count)), stride: PageRing.stride))
  }

  /// Passes over the pages of a sample that nobody wants, and of those before it.
  func skipPages(cpu: UInt32, time: UInt64) {
    guard let ring = rings[Int32(truncatingIfNeeded: cpu)] else { return }
    while let record = ring.next(), record.time &+ tolerance < time { ring.advance() }
    ring.release()
  }

  private func collect(from ring: PageRing, tid: Int32, sp: UInt64, time: UInt64) {
    (count, stackCount) = (0, 0)
    var group: UInt64?
    while let record = ring.next() {
      guard record.time <= time &+ tolerance else { break }
      let isWanted =
        record.tid == tid && record.stackPointer == sp && record.time &+ tolerance >= time
        && (group ?? record.time) == record.time && count < Self.mostPages
        && (count == 0 || record.position == position &+ UInt64(count * PageRing.stride))
      // The next sample's.
      if !isWanted, group != nil { break }
      if isWanted {
        group = record.time
        if count == 0 { position = record.position }
        // SAFETY: there is room for `mostPages`.
        unsafe addresses[count] = record.address
        count += 1
        if TaskPage.parse(record.address) == nil { stackCount += 1 }
      }
      ring.advance()
    }
  }

  private func countUnused(_ tid: Int32) {
    if unused.count >= Int(StackProgram.threadLimit) { unused.removeAll() }
    unused[tid, default: 0] += 1
    guard unused[tid, default: 0] >= Self.patience else { return }
    unused[tid] = nil
    tell(StackProgram.Thread(), of: tid)
  }

  // MARK: Threads

  /// Begins to copy when the bell was rung; to be called before a wait and after it.
  ///
  /// - Parameter isSampled: Whether a process is known to be a target: samples of others, too, run the program until it's
  ///   known that they are others'. One that rang too early will be heard of by its cut stack.
  func answerBell(_ isSampled: (_ pid: Int32) -> Bool) {
    var (isRung, isWanted) = (false, false)
    bell.drainWords { processAndThread in
      isRung = true
      if isSampled(Int32(truncatingIfNeeded: processAndThread >> 32)) { isWanted = true }
    }
    // It is rung as well when rings fill up, which is no wish for stacks.
    if isWanted {
      if program.isQuiet { _ = beginCopying() }
    } else if isRung, !isCopying {
      program.set(.ringing)
    }
  }

  /// Is told of stacks that went on beyond their samples.
  func follow(_ stacks: [OutgrownStack]) {
    guard !stacks.isEmpty, beginCopying() else { return }
    for stack in stacks {
      unused[stack.tid] = nil
      guard stack.isCut else { continue }
      var thread = told[stack.tid] ?? StackProgram.Thread()
      switch stack.other {
      case .saved(let slot)?: (thread.slot, thread.kind) = (slot, .saved)
      case .savedNarrow(let slot)?: (thread.slot, thread.kind) = (slot, .savedNarrow)
      case .goroutine(let slot)?: (thread.slot, thread.kind) = (slot, .goroutine)
      case .framePointer?: thread.followsFramePointer = true
      case nil: thread.end = Self.end(of: stack)
      }
      if told[stack.tid] != thread { tell(thread, of: stack.tid) }
    }
  }

  /// Is told where a process's threads keep their Swift tasks, to be copied from now on, or with nil that it has none any
  /// more; false where that can't be done.
  func follow(_ tasks: TaskSlot?, of pid: Int32) -> Bool {
    guard program.copiesTasks, makeRings() else { return false }
    return program.tell(tasks, of: pid)
  }

  private func tell(_ thread: StackProgram.Thread, of tid: Int32) {
    if told.count >= Int(StackProgram.threadLimit) { told.removeAll() }
    told[tid] = thread
    program.tell(thread, of: tid)
  }

  /// Has stacks copied from now on; false where there is no memory for it.
  private func beginCopying() -> Bool {
    guard !isCopying else { return true }
    guard makeRings() else { return false }
    isCopying = true
    program.set(.copying)
    return true
  }

  /// Makes the rings; false where there is no memory for them.
  private func makeRings() -> Bool {
    for cpu in cpus where rings[cpu] == nil {
      guard let ring = PageRing(capacity: ringCapacity), program.use(ring.descriptor, forCPU: cpu) else { return false }
      rings[cpu] = ring
    }
    return true
  }

  /// Where the mapping of a stack ends.
  private static func end(of stack: OutgrownStack) -> UInt64 {
    let mappings = (try? ProcessMaps.read(pid: stack.pid)) ?? []
    let mapping = mappings.first { $0.start <= stack.stackPointer && stack.stackPointer < $0.end }
    return mapping?.end ?? stack.stackPointer &+ UInt64(StackProgram.reach)
  }
}
