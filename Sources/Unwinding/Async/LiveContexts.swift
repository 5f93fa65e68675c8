import BinaryReading
import ProfileModel

/// The contexts of tasks in the memory of a thread that stands still.
struct LiveContexts {
  private let memory: TargetMemory

  /// How far before its initial context a task may begin.
  private static let farthestTask: UInt64 = 1_024

  init(_ memory: TargetMemory) { self.memory = memory }

  /// A word.
  func word(at address: UInt64) -> UInt64? {
    guard let bytes = memory.liveBytes(at: address, count: 8) else { return nil }
    return try? bytes.rawSpan.load(at: 0)
  }

  /// What lies at an address, if it looks like a context: its parent is one or none, and it goes on in code.
  func context(at address: UInt64, _ runtime: ConcurrencyRuntime) -> CopiedTask.Context? {
    guard address & 7 == 0, address > 0xFFFF, let bytes = memory.liveBytes(at: address, count: 16) else { return nil }
    guard let parent: UInt64 = try? bytes.rawSpan.load(at: 0), let resume: UInt64 = try? bytes.rawSpan.load(at: 8),
      parent & 7 == 0
    else { return nil }
    if parent == 0 {
      guard runtime.code.contains(resume), task(ofInitialContext: address, runtime) != nil else { return nil }
    }
    return CopiedTask.Context(parent: parent, resume: resume)
  }

  /// The task whose first function's context lies at an address: it begins a little before.
  func task(ofInitialContext address: UInt64, _ runtime: ConcurrencyRuntime) -> UInt64? {
    guard let metadata = runtime.taskMetadata else { return nil }
    var offset = runtime.slot.taskSize
    while offset <= Self.farthestTask {
      if word(at: address &- offset) == metadata { return address &- offset }
      offset += 8
    }
    return nil
  }
}
