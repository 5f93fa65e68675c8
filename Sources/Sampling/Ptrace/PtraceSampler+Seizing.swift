import CLinuxPerf
import Glibc
import Processes

extension PtraceSampler {
  /// Seizes every thread of the targets, and goes on until a look at them finds none that is not traced.
  static func seizeThreads(of processes: [Int32], into threads: inout TracedThreads) throws(SamplingError) {
    for pid in processes {
      // Threads born of a seized one are traced by birth, so that this ends.
      var isDone = false
      while !isDone {
        isDone = true
        for tid in ProcessStatus.threads(of: pid) where threads[tid] == nil {
          do {
            try Tracing.seize(tid)
            threads.insert(tid: tid, pid: pid)
            isDone = false
          } catch {
            try check(error, of: tid, pid: pid)
          }
        }
      }
    }
    guard !threads.isEmpty else { throw .noSuchProcess(pid: processes.first ?? 0) }
  }

  /// Throws what a failure to seize means; returns for threads that have ended, and for those already traced by this.
  private static func check(_ error: SystemCallError, of tid: Int32, pid: Int32) throws(SamplingError) {
    guard error.number != ESRCH else { return }
    guard let info = try? ProcessStatus(pid: tid) else { return }
    // The kernel tells the tracing thread's number.
    if info.tracer == clp_gettid() { return }
    if info.isZombie { return }
    if info.tracer != 0 { throw .alreadyTraced(pid: pid, tracer: info.tracer) }
    throw .ptraceNotPermitted(
      pid: pid, owner: info.owner, scope: KernelLimits.ptraceScope, errno: error.number)
  }

  /// Describes the targets by the first call.
  mutating func describeProcesses(handler: inout some SamplingHandler & ~Copyable) {
    guard !isDescribed else { return }
    isDescribed = true
    for pid in processes { describe(pid: pid, handler: &handler) }
  }
}
