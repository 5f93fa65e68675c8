import CLinuxPerf
import Glibc
import Processes

/// What a program is given by whoever starts it, as far as `fork` loses it or this process changes it for itself.
///
/// Everything else, such as descriptors, limits, environment, priority or the process group, passes through a fork and
/// an exec by itself. What `exec` keeps and `fork` doesn't is written in fork(2) and execve(2); of that, record locks
/// and semaphore adjustments can't be handed on.
package struct ProcessInheritance: Sendable {
  /// As C knows it.
  private(set) var raw = clp_inheritance()
  /// The environment as it was, where the C library has taken something out of it: for programs with capabilities of
  /// their own, as perfprof may have, it removes LD_LIBRARY_PATH, LD_PRELOAD and others. The program has none of these
  /// capabilities.
  private(set) var environment: [[CChar]]?

  /// What this process has now: called before anything of it is changed, it is what this process was given.
  package static func current() -> ProcessInheritance {
    var given = ProcessInheritance()
    // SAFETY: fills the structure during the call.
    unsafe clp_inheritance_read(&given.raw)
    if given.raw.pending_for_process != 0 { given.tellPendingSignalsApart() }
    given.environment = initialEnvironment()
    return given
  }

  /// The same, with no signal blocked.
  package func withoutBlockedSignals() -> ProcessInheritance {
    var given = self
    given.raw.blocked = 0
    return given
  }

  /// Whether a signal is ignored.
  package func ignores(_ signal: Int32) -> Bool { raw.ignored & Self.bit(signal) != 0 }

  /// Whether a signal is blocked and waits to be delivered.
  package func hasPending(_ signal: Int32) -> Bool {
    (raw.pending_for_process | raw.pending_for_thread) & Self.bit(signal) != 0
  }

  private static func initialEnvironment() -> [[CChar]]? {
    var size = 0
    // SAFETY: the arguments are the process's own, which stay where they are, and so does the text behind them.
    guard let text = unsafe clp_initial_environment(CommandLine.unsafeArgv, &size) else { return nil }
    let characters = unsafe UnsafeBufferPointer(start: text, count: size)
    // The last string is terminated too.
    return unsafe characters.dropLast().split(separator: 0, omittingEmptySubsequences: false)
      .map { unsafe Array($0) + [0] }
  }

  private static func bit(_ signal: Int32) -> UInt64 { 1 << UInt64(signal - 1) }

  /// The system call tells both kinds in one; `/proc` tells which is which (proc_pid_status(5)).
  private mutating func tellPendingSignalsApart() {
    guard let digits = StatusFields(path: "/proc/self/status")?["SigPnd"].first, let bits = UInt64(digits, radix: 16)
    else { return }
    raw.pending_for_thread = bits
    raw.pending_for_process &= ~bits
  }
}
