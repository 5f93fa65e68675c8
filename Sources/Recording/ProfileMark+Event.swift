import Processes
import ProfileModel

extension ProfileMark {
  /// What an event means to a reader; nil where that is nothing.
  ///
  /// - Parameters:
  ///   - change: What it meant for the process as a whole.
  ///   - name: What the thread was called before, or whoever made it.
  ///   - start: When the recording began, CLOCK_MONOTONIC in nanoseconds.
  init?(_ event: ProcessEvent, _ change: ProcessChange?, name: String?, since start: UInt64) {
    let time = event.time > start ? event.time - start : 0
    switch event {
    case .mapped, .renamed(_, _, _, isExec: false, _): return nil
    case .renamed(let pid, let tid, let program, isExec: true, _):
      self.init(.exec, time: time, numbers: Numbers(pid: pid, tid: tid), name: program)
    case .forked(let pid, let tid, let parentPID, let parentTID, _):
      self.init(
        pid == parentPID ? .threadBegan : .processBegan, time: time, numbers: Numbers(pid: pid, tid: tid),
        parent: Numbers(pid: parentPID, tid: parentTID), name: name ?? "")
    case .exited(let pid, let tid, _):
      let isLast = if case .ended = change { true } else { false }
      self.init(
        isLast ? .processEnded : .threadEnded, time: time, numbers: Numbers(pid: pid, tid: tid), name: name ?? "")
    }
  }
}
