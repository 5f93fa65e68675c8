import CLinuxPerf
import Glibc
import Processes

/// A program that was started for sampling: forked at once, run when the sampler is ready.
///
///     parent   fork ── attach sampler to pid ── resume ─────── poll … ── status
///     child      └──── waits at a pipe ───────────┴─ exec ──── runs …
///
/// The program finds everything as it would without this process in between, but that it is its child. A value that
/// goes before `resume` ends the child; later, the program is left alone.
package struct CommandLauncher: ~Copyable {
  /// The child.
  package let pid: Int32
  /// What it runs.
  package let command: [String]
  private var go: Int32
  private var failure: Int32
  private var exit: ExitStatus?
  /// CPU time of the program and of all that it, and those below it, waited for; nil until its end is known.
  package private(set) var usedTime: CPUTime?

  /// Forks a child for `command`, whose first string is looked up in PATH as a shell does.
  ///
  /// What the program is given beside that which every child gets is `given`: what the caller has now, unless it says
  /// otherwise.
  package init(command: [String], given: ProcessInheritance = .current()) throws(SamplingError) {
    guard let first = command.first, !first.isEmpty, !command.contains(where: { $0.utf8.contains(0) }) else {
      throw .commandNotRun(command: command.first ?? "", errno: command.isEmpty ? EINVAL : ENOENT)
    }
    // SAFETY: strdup copies terminated strings; the copies are freed below, and the arrays end in null pointers.
    var arguments = unsafe command.map { unsafe strdup($0) } + [nil]
    var variables = unsafe (given.environment ?? []).map { unsafe strdup($0) } + [nil]
    var raw = given.raw
    var child = clp_suspended()
    // SAFETY: the arrays live through the call; the child has copies of its own.
    let reason = unsafe clp_spawn_suspended(&arguments, &variables, &raw, &child)
    // SAFETY: each was made by strdup, and is freed once.
    unsafe (arguments + variables).forEach { unsafe free($0) }
    guard reason == 0 else { throw .system(call: "fork", errno: reason) }
    pid = child.pid
    go = child.go
    failure = child.failure
    self.command = command
    ReapedChildren.expect(pid)
  }

  deinit {
    close(failure)
    ReapedChildren.forget(pid)
    guard go >= 0 else { return }
    // The child reads the end of its pipe and goes.
    close(go)
    var status: Int32 = 0
    // SAFETY: writes `status` only.
    while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
  }

  /// Lets the child exec; throws `commandNotRun` with the reason when it can't.
  package mutating func resume() throws(SamplingError) {
    precondition(go >= 0, "a command is resumed once")
    var leave: UInt8 = 1
    // SAFETY: one byte is read from `leave`. A child that is gone shows below as the end of the pipe without exec.
    while unsafe write(go, &leave, 1) < 0, errno == EINTR {}
    close(go)
    go = -1
    var reason: Int32 = 0
    var got: Int
    // SAFETY: at most four bytes are written to `reason`.
    repeat { got = unsafe read(failure, &reason, MemoryLayout<Int32>.size) } while got < 0 && errno == EINTR
    guard got == MemoryLayout<Int32>.size else { return }
    waitForExit()
    throw .commandNotRun(command: command[0], errno: reason)
  }

  /// How the program ended; nil while it runs.
  package mutating func status() -> ExitStatus? {
    wait(WNOHANG)
    return exit
  }

  /// Waits for the program's end.
  @discardableResult
  package mutating func waitForExit() -> ExitStatus {
    wait(0)
    return exit ?? .exited(127)
  }

  private mutating func wait(_ options: Int32) {
    guard exit == nil else { return }
    var status: Int32 = 0
    var usage = rusage()
    var got: Int32
    // SAFETY: writes `status` and `usage` only.
    repeat { got = unsafe wait4(pid, &status, options, &usage) } while got < 0 && errno == EINTR
    if got == pid {
      func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
      let kernel = seconds(usage.ru_stime)
      usedTime = CPUTime(seconds: seconds(usage.ru_utime) + kernel, kernelSeconds: kernel)
      exit = ExitStatus(waitStatus: status)
    } else if got < 0, let reaped = ReapedChildren.take(pid) {
      exit = ExitStatus(waitStatus: reaped)
    }
  }
}

/// How a program ended.
package enum ExitStatus: Hashable, Sendable {
  /// By itself, with this status.
  case exited(Int32)
  /// By this signal.
  case signaled(Int32)

  /// What `waitpid` reported (wait(2)).
  init(waitStatus: Int32) {
    let signal = waitStatus & 0x7F
    self = signal == 0 ? .exited(waitStatus >> 8 & 0xFF) : .signaled(signal)
  }

  /// As a shell reports it: the status, or 128 and the signal.
  package var shellStatus: Int32 {
    switch self {
    case .exited(let status): status
    case .signaled(let signal): 128 + signal
    }
  }
}
