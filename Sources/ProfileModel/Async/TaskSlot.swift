/// Where the threads of a process keep the Swift task that they run, and where that keeps its memory.
public struct TaskSlot: Hashable, Sendable {
  /// The number of the module whose thread-local memory it is; 0 where that lies at one distance from the thread pointer.
  public var module: UInt64
  /// Bytes from the beginning of that memory, or from the thread pointer.
  public var offset: UInt64
  /// Bytes from a task's beginning to its allocator.
  public var allocatorOffset: UInt64
  /// Bytes of a task, behind which a child's parent is found.
  public var taskSize: UInt64

  /// A slot.
  public init(module: UInt64, offset: UInt64, allocatorOffset: UInt64, taskSize: UInt64) {
    self.module = module
    self.offset = offset
    self.allocatorOffset = allocatorOffset
    self.taskSize = taskSize
  }
}
