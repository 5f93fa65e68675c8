import ProfileModel

/// What is known of the Swift concurrency runtime that a process has loaded.
package struct ConcurrencyRuntime: Hashable, Sendable {
  /// The module that it lies in.
  package var module: UInt32
  /// Functions that run a job: an async function that such a one has called is at the bottom of its thread's stack, and
  /// who awaited it is told by its context. Actual addresses, sorted.
  package var runners: [Range<UInt64>]
  /// What tasks begin with.
  package var taskMetadata: UInt64?
  /// What slabs of tasks' allocators begin with.
  package var slabMetadata: UInt64?
  /// Where the code of its module lies: what completes a task is in it.
  package var code: Range<UInt64>
  /// Whether nothing but the runtime lies there.
  package var isAlone: Bool
  /// Where threads keep their tasks.
  package var slot: TaskSlot
  /// From when on tasks are copied with samples, CLOCK_MONOTONIC in nanoseconds.
  package var copiedSince = UInt64.max

  /// A runtime.
  package init(
    module: UInt32, runners: [Range<UInt64>], taskMetadata: UInt64?, slabMetadata: UInt64?, code: Range<UInt64>,
    isAlone: Bool, slot: TaskSlot
  ) {
    self.module = module
    self.runners = runners
    self.taskMetadata = taskMetadata
    self.slabMetadata = slabMetadata
    self.code = code
    self.isAlone = isAlone
    self.slot = slot
  }

  /// Whether an address is one of the runtime's own functions; those of a program that has it in it are its own.
  func isOwnCode(_ address: UInt64) -> Bool { isAlone && code.contains(address) }

  /// Whether the code at an address runs jobs.
  func runsJobs(at address: UInt64) -> Bool { runners.contains { $0.contains(address) } }
}

extension Range<UInt64> {
  /// The same range elsewhere; nil where addresses end in it.
  package func moved(by bias: UInt64) -> Range<UInt64>? {
    let start = lowerBound &+ bias
    let (end, overflow) = start.addingReportingOverflow(upperBound - lowerBound)
    return overflow ? nil : start..<end
  }
}

/// Offsets in a task (`swift/ABI/Task.h`), which tools may rely on: the runtime says when it changes them
/// (`_swift_concurrency_debug_internal_layout_version`).
enum TaskLayout {
  static let flags = 32
  static let identity = 36
  static let resumeFunction = 56
  static let resumeContext = 64
  /// `JobFlags::Task_IsChildTask`.
  static let isChild: UInt64 = 1 << 24
  /// `ActiveTaskStatus::IsRunning`, in the word that lies this far before the allocator.
  static let isRunning: UInt64 = 0x800
  static let statusBeforeAllocator = 16
}
