import BinaryReading
import Glibc
import Sampling

extension Failure {
  /// What a sampling error means for the user.
  ///
  /// - Parameter leavesPtrace: Whether ptrace was not tried and could take the place of perf_event.
  init(_ error: SamplingError, leavesPtrace: Bool = false) {
    let orPtrace = leavesPtrace ? ", or --sampler ptrace" : ""
    switch error {
    case .nothingLeft(let perf, let ptrace):
      let (perf, ptrace) = (Failure(perf), Failure(ptrace))
      // Ended meanwhile, it can't be traced either.
      self.init(
        perf.status, perf.sentence + (perf.status == ptrace.status ? "; by ptrace: \(ptrace.sentence)" : ""))
    case .noSuchProcess(let pid):
      self.init(.noInput, "no process \(pid): it has ended, or never was; `ps -e` lists those that run")
    case .zombie(let pid):
      self.init(
        .noInput, "process \(pid) has ended already (a zombie that its parent has not waited for): nothing runs")
    case .kernelThread(let pid):
      self.init(
        .noInput, "process \(pid) is a thread of the kernel and has no program to profile; use -a for kernel work")
    case .processNotPermitted(let pid, let owner, let paranoid, let errno):
      let whose = owner.map { "belongs to user \($0)" } ?? "is closed to you"
      self.init(
        .noPermission,
        "process \(pid) \(whose) and may not be profiled (\(errorText(errno)), perf_event_paranoid "
          + "\(paranoid.map(String.init) ?? "unknown")): use sudo, or give perfprof CAP_PERFMON and CAP_SYS_PTRACE")
    case .notPermitted(let paranoid, let errno):
      self.init(
        .noPermission,
        "perf_event is not permitted (\(errorText(errno)), kernel.perf_event_paranoid is "
          + "\(paranoid.map(String.init) ?? "unknown")): use sudo, or `sysctl kernel.perf_event_paranoid=1`\(orPtrace)")
    case .wholeMachineNotPermitted(let paranoid, let errno):
      self.init(
        .noPermission,
        "the whole machine may not be profiled (\(errorText(errno)), kernel.perf_event_paranoid is "
          + "\(paranoid.map(String.init) ?? "unknown")): use sudo, or `sysctl kernel.perf_event_paranoid=0`, or CAP_PERFMON"
      )
    case .perfUnavailable(let errno):
      self.init(
        .unavailable,
        "this kernel or container offers no perf_event (\(errorText(errno))): allow perf_event_open in its seccomp "
          + "profile\(orPtrace)")
    case .ringNotMapped(let bytes, let limit, let errno):
      self.init(
        .unavailable,
        "no ring buffer of \(bytes >> 10) KiB can be mapped (\(errorText(errno)), kernel.perf_event_mlock_kb is "
          + "\(limit.map(String.init) ?? "unknown")): raise it with sysctl, or use sudo\(orPtrace)")
    case .tooManyDescriptors(let needed, let limit):
      self.init(
        .unavailable,
        "so many threads need \(needed) file descriptors, of which \(limit) are allowed: raise the limit with "
          + "`ulimit -n`, or use sudo")
    case .ptraceNotPermitted(let pid, let owner, let scope, let errno):
      let whose = owner.map { " of user \($0)" } ?? ""
      self.init(
        .noPermission,
        "process \(pid)\(whose) may not be traced (\(errorText(errno)), kernel.yama.ptrace_scope "
          + "\(scope.map(String.init) ?? "absent")): use sudo, or CAP_SYS_PTRACE")
    case .alreadyTraced(let pid, let tracer):
      self.init(
        .unavailable, "process \(pid) is traced by process \(tracer) already, such as a debugger: end that, or use perf"
      )
    case .eventUnavailable(let name, let errno):
      self.init(
        .unavailable,
        "-e \(name): this machine has no such event (\(errorText(errno))); `perfprof record -e help` lists those that it has"
      )
    case .eventNotPermitted(let name, let paranoid, let errno):
      self.init(
        .noPermission,
        "-e \(name): happens in the kernel, which you may not observe (\(errorText(errno)), kernel.perf_event_paranoid is "
          + "\(paranoid.map(String.init) ?? "unknown")): use sudo, or `sysctl kernel.perf_event_paranoid=1`")
    case .unsupportedTarget:
      self.init(.usage, "ptrace can't sample all processes: leave out -a, or use --sampler perf")
    case .commandNotRun(let command, let errno):
      self.init(.noInput, "\(command): can't be run (\(errorText(errno))): check the path and its permissions")
    case .callsNotCountable(let errno) where errno == ENOENT:
      self.init(
        .unavailable,
        "--work-symbol: calls are counted through tracefs, which is not mounted or has no uprobe_events: "
          + "`sudo mount -t tracefs tracefs /sys/kernel/tracing`")
    case .callsNotCountable(let errno) where errno == EACCES || errno == EPERM:
      self.init(
        .noPermission,
        "--work-symbol: breakpoints of the kernel (uprobes) are for root (\(errorText(errno))): use sudo")
    case .callsNotCountable(let errno):
      self.init(
        .unavailable,
        "--work-symbol: the kernel sets no breakpoint there (\(errorText(errno))): name another function, or the file "
          + "it is in as FILE:FUNCTION")
    case .system(let call, let errno):
      self.init(
        .unavailable, "\(call) failed (\(errorText(errno))): run `perfprof doctor` to see what this machine allows")
    }
  }
}
