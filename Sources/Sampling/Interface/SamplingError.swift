import Processes

/// Why nothing can be sampled, or a target not be had.
package enum SamplingError: Error, Hashable, Sendable {
  /// Neither perf_event nor ptrace, which was tried after it, can be used.
  indirect case nothingLeft(perf: SamplingError, ptrace: SamplingError)
  /// There is no such process.
  case noSuchProcess(pid: Int32)
  /// The process has ended, but its parent has not asked for its status.
  case zombie(pid: Int32)
  /// The process is a thread of the kernel.
  case kernelThread(pid: Int32)
  /// Another user's process, or one that may not be traced.
  case processNotPermitted(pid: Int32, owner: UInt32?, paranoid: Int?, errno: Int32)
  /// perf_event is closed to this user at this `perf_event_paranoid`.
  case notPermitted(paranoid: Int?, errno: Int32)
  /// The whole machine may not be sampled at this `perf_event_paranoid`.
  case wholeMachineNotPermitted(paranoid: Int?, errno: Int32)
  /// The kernel has no perf_event, or a filter such as a container's hides it.
  case perfUnavailable(errno: Int32)
  /// Not even the smallest ring may be mapped.
  case ringNotMapped(bytes: Int, mlockKilobytes: Int?, errno: Int32)
  /// So many descriptors would be needed, of which this process may have `limit`.
  case tooManyDescriptors(needed: Int, limit: Int)
  /// ptrace is not allowed; `scope` is `kernel.yama.ptrace_scope`, nil where there is none.
  case ptraceNotPermitted(pid: Int32, owner: UInt32?, scope: Int?, errno: Int32)
  /// Another process, such as a debugger, traces the process already.
  case alreadyTraced(pid: Int32, tracer: Int32)
  /// The machine has no such event: its processor counts none, or its kernel can't.
  case eventUnavailable(name: String, errno: Int32)
  /// The event is closed to this user at this `perf_event_paranoid`.
  case eventNotPermitted(name: String, paranoid: Int?, errno: Int32)
  /// The sampler can't do that: ptrace on the whole machine.
  case unsupportedTarget
  /// A program can't be run.
  case commandNotRun(command: String, errno: Int32)
  /// Calls of a function can't be counted: the kernel's breakpoints are not to be had.
  case callsNotCountable(errno: Int32)
  /// A system call failed that should not.
  case system(call: String, errno: Int32)
}

extension SamplingError {
  /// What it means for sampling a process that nothing can be told of it.
  package init(_ error: ProcessError) {
    switch error {
    case .noSuchProcess(let pid): self = .noSuchProcess(pid: pid)
    case .notPermitted(let pid, let owner, let errno):
      self = .processNotPermitted(pid: pid, owner: owner, paranoid: KernelLimits.paranoid, errno: errno)
    }
  }
}
