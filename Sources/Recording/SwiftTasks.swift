import BinaryReading
import ELF
import Processes
import ProfileModel
import Symbolication
import Unwinding

/// How far a process has come to be one whose Swift tasks are copied with its samples.
struct TaskKnowledge {
  /// The module that has the concurrency runtime; nil for none.
  var module: UInt32?
  /// When to ask its memory again, CLOCK_MONOTONIC in nanoseconds.
  var next: UInt64 = 0
  /// Whether the sampler was told of it.
  var isFollowed = false
  /// How often it was asked.
  var attempts = 0
}

/// The processes that have loaded Swift's concurrency runtime, and where they keep the tasks that their threads run.
struct SwiftTasks {
  /// Of modules that have the runtime.
  private var points: [UInt32: ConcurrencyPoints] = [:]
  /// What the sampler is yet to be told, in order.
  private var news: [(pid: Int32, slot: TaskSlot?)] = []
  /// The processes of the same that will have been told.
  private var fresh: [TargetProcess] = []
  /// Processes that have mapped the runtime and are not far enough.
  private var pending: [TargetProcess] = []

  /// Nanoseconds after which a process is asked again that was not yet far enough.
  private static let retryInterval: UInt64 = 1_000_000
  /// How often a process is asked that is not sampled meanwhile.
  private static let attemptLimit = 1_000
  /// Bytes of a task where the runtime does not tell, and what are believed to be some.
  private static let (usualTaskSize, taskSizes): (UInt64, ClosedRange<UInt64>) = (208, 112...960)
  /// Where a task has its allocator (`AsyncTask::PrivateStorage` in `TaskPrivate.h`), since Swift 5.7.
  private static let allocatorOffset: UInt64 = 112
  private static let moduleNumbers: ClosedRange<UInt64> = 1...65_535

  /// Looks at a module that was met for the first time.
  mutating func note(module: UInt32, image: ELFImage) {
    if let found = ConcurrencyPoints(image) { points[module] = found }
  }

  /// A process has mapped a module.
  mutating func noteMapping(of module: UInt32, in process: TargetProcess) {
    guard points[module] != nil, process.tasks.module != module else { return }
    process.tasks.module = module
    pending.append(process)
  }

  /// Asks processes that were not far enough, so that the sampler is told before the first sample in a task.
  mutating func findPending(unwinder: Unwinder, _ memory: (Int32) -> any ReadableMemory) {
    guard !pending.isEmpty else { return }
    for process in pending { find(in: process, memory: memory(process.pid), unwinder: unwinder) }
    pending.removeAll { $0.tasks.isFollowed || $0.tasks.attempts > Self.attemptLimit }
  }

  /// Is asked before a sample of a process is unwound: whether there is anything left to find out about its tasks.
  @inline(__always)
  func isDue(_ process: TargetProcess) -> Bool { process.tasks.module != nil && !process.tasks.isFollowed }

  /// Finds out where a process keeps its tasks. `isSampled`: a stack is about to be unwound, which must not show what runs
  /// the tasks as their caller because this is not known yet.
  mutating func find(
    in process: TargetProcess, isSampled: Bool = false, memory: any ReadableMemory, unwinder: Unwinder
  ) {
    guard !process.tasks.isFollowed, let module = process.tasks.module, let points = points[module] else { return }
    let now = MachineClock.monotonic
    guard now >= process.tasks.next || isSampled && process.tasks.attempts < Self.attemptLimit else { return }
    process.tasks.next = now &+ Self.retryInterval
    process.tasks.attempts += 1
    guard let bias = process.space.images(in: 0..<UInt64.max).first(where: { $0.module == module })?.bias else {
      return
    }
    func word(_ address: UInt64?) -> UInt64? {
      guard let address, let bytes = memory.bytes(at: address &+ bias, count: 8) else { return nil }
      return try? bytes.rawSpan.load(at: 0)
    }
    guard let metadata = word(points.taskMetadata) ?? (points.taskMetadata == nil ? 0 : nil),
      let (number, offset) = place(of: points.slot, word)
    else { return }
    // What relocates it has not run yet.
    if points.taskMetadata != nil, metadata == 0 { return }
    let size = word(points.taskSize).flatMap { Self.taskSizes.contains($0) ? $0 : nil } ?? Self.usualTaskSize
    let slot = TaskSlot(module: number, offset: offset, allocatorOffset: Self.allocatorOffset, taskSize: size)
    guard let code = points.code.moved(by: bias) else { return }
    let runtime = ConcurrencyRuntime(
      module: module, runners: points.runners.compactMap { $0.moved(by: bias) },
      taskMetadata: metadata == 0 ? nil : metadata,
      slabMetadata: word(points.slabMetadata), code: code, isAlone: points.isLibrary, slot: slot)
    unwinder.use(runtime, called: points.calledByRunners, bias: bias, in: process.space)
    process.tasks.isFollowed = true
    news.append((process.pid, slot))
    fresh.append(process)
  }

  private func place(
    of slot: ConcurrencyPoints.ThreadSlot, _ word: (UInt64?) -> UInt64?
  ) -> (module: UInt64, offset: UInt64)? {
    switch slot {
    case .distance(let distance): return (0, distance)
    case .module(let address, let offset):
      guard let number = word(address), Self.moduleNumbers.contains(number), let start = word(address &+ 8) else {
        return nil
      }
      return (number, start &+ offset)
    }
  }

  /// A process has ended or runs another program.
  mutating func forget(_ process: TargetProcess) {
    if process.tasks.isFollowed { news.append((process.pid, nil)) }
    pending.removeAll { $0 === process }
  }

  /// A module's image is let go of.
  mutating func forget(module: UInt32) { points[module] = nil }

  /// Tells a sampler what is new.
  mutating func tell(_ body: ([(pid: Int32, slot: TaskSlot?)]) -> Bool) {
    guard !news.isEmpty else { return }
    let isCopied = body(news)
    let now = MachineClock.monotonic
    for process in fresh where isCopied { process.space.concurrency?.copiedSince = now }
    news.removeAll(keepingCapacity: true)
    fresh.removeAll()
  }
}
