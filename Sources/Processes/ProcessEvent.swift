import ProfileModel

/// What changed in the sampled processes; times are CLOCK_MONOTONIC in nanoseconds.
///
/// A process that runs when sampling starts is described first: `renamed`, then `mapped` for each of its executable
/// mappings, with the time at which they were read. Records that the kernel wrote in the meantime may repeat them.
package enum ProcessEvent: Hashable, Sendable {
  /// Memory that may hold code was mapped; it replaces whatever it overlaps.
  case mapped(pid: Int32, Mapping, time: UInt64)
  /// A thread was made (`pid == parentPID`), or a process, which begins with its parent's mappings.
  case forked(pid: Int32, tid: Int32, parentPID: Int32, parentTID: Int32, time: UInt64)
  /// A thread took a name; with `isExec` its process runs another program and has lost all mappings.
  case renamed(pid: Int32, tid: Int32, name: String, isExec: Bool, time: UInt64)
  /// A thread ended; its process lives on as long as other threads do.
  case exited(pid: Int32, tid: Int32, time: UInt64)

  /// When it happened.
  package var time: UInt64 {
    switch self {
    case .mapped(_, _, let time), .forked(_, _, _, _, let time), .renamed(_, _, _, _, let time),
      .exited(_, _, let time):
      time
    }
  }
}
