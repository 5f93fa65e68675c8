/// What a page of `SampledPages` holds that is no page of the process, but was put together of a Swift task at the sample:
/// its first bytes, and all that it has allocated and not yet given back, the newest first.
///
///     0     how many allocations are in this page
///     8     where the first of them lies
///     16    status, status record, last allocation and first slab, read once more at the end
///     48    the two words at its resume context, where it goes on if it waits
///     64    the first 960 bytes of the task
///     1024  allocations: where the one before lies, slab, and the first two words of what is in it
///
/// A task of more than 96 allocations goes on in further pages. Its parent, if it is a child, comes behind it.
public enum TaskPage {
  /// Bytes of a page.
  public static var size: Int { 4_096 }
  /// Where the second reading of the status lies.
  public static var recheckOffset: Int { 16 }
  /// Where the words at its resume context lie.
  public static var resumeContextOffset: Int { 48 }
  /// Where a task has the address of that (`AsyncTask::ResumeContext`).
  public static var resumeContextField: Int { 64 }
  /// Where the task's bytes begin, and how many there are.
  public static var taskOffset: Int { 64 }
  /// Bytes of the task.
  public static var taskBytes: Int { 960 }
  /// Where allocations begin.
  public static var allocationsOffset: Int { 1_024 }
  /// Bytes of each.
  public static var allocationSize: Int { 32 }
  /// How many a page has room for.
  public static var allocationsLimit: Int { (size - allocationsOffset) / allocationSize }
  /// Parents that are followed at most, and the task itself.
  public static var levels: Int { 8 }

  /// The address that a page of a task goes by: that of the task, a multiple of 16, and its level above the running one.
  public static func tag(task: UInt64, level: Int) -> UInt64 { task &+ 1 &+ UInt64(truncatingIfNeeded: level) }

  /// The task and its level of such an address; nil for one of a page.
  public static func parse(_ address: UInt64) -> (task: UInt64, level: Int)? {
    let level = Int(truncatingIfNeeded: address & 15)
    guard level > 0, level <= levels else { return nil }
    return (address & ~15, level - 1)
  }
}
