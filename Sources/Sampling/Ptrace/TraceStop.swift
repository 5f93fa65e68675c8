import Glibc

/// What `waitpid` tells of a traced thread (ptrace(2), "Stopped tracees").
enum TraceStop: Hashable {
  /// The thread ended by itself; for the first thread of a process: the process.
  case exited(status: Int32)
  /// The process was ended by a signal.
  case killed(signal: Int32)
  /// Stopped by PTRACE_INTERRUPT, or newly born.
  case interrupted
  /// Its process was stopped by job control; it stays so until SIGCONT.
  case groupStop(signal: Int32)
  /// Made another thread or process, which is traced already.
  case made
  /// Runs another program.
  case replaced
  /// A signal is about to be delivered, and must be passed on.
  case signal(Int32)
  /// Nothing that is asked for; goes on.
  case other

  init(waitStatus: Int32) {
    guard waitStatus & 0xFF == 0x7F else {
      let signal = waitStatus & 0x7F
      self = signal == 0 ? .exited(status: waitStatus >> 8 & 0xFF) : .killed(signal: signal)
      return
    }
    let signal = waitStatus >> 8 & 0xFF
    switch waitStatus >> 16 {
    case 0: self = .signal(signal)
    case 1, 2, 3: self = .made  // PTRACE_EVENT_FORK, VFORK, CLONE
    case 4: self = .replaced  // PTRACE_EVENT_EXEC
    case 128: self = signal == SIGTRAP ? .interrupted : .groupStop(signal: signal)  // PTRACE_EVENT_STOP
    default: self = .other
    }
  }
}
