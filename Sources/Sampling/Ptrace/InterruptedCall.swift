import CLinuxPerf
import Glibc
import ProfileModel

/// A system call that a stop has ended early, although no signal's handler will run.
///
/// Without a tracer nothing would have woken the thread. The kernel begins most such calls again by itself; some, as
/// epoll_wait, tell their program EINTR instead (signal(7)). Those are given the result that asks the kernel to do as
/// with the others (ERESTARTNOHAND): begin again if no handler runs, and EINTR if one does.
enum InterruptedCall {
  /// What became of it.
  enum Outcome {
    /// There was none, or the kernel begins it again by itself.
    case none
    /// It will be begun again.
    case restarted
    /// The program will see EINTR.
    case lost
  }

  /// Mends the call that a stopped thread is in, if any, as far as that is safe.
  static func mend(_ tid: Int32, _ registers: RegisterSet) -> Outcome {
    guard let call = registers.systemCall, call.result == -Int64(EINTR) else { return .none }
    guard let place = call.resultPlace, call.canBeginAgain else { return .lost }
    return Tracing.poke(tid, place, UInt(bitPattern: Int(restartWithoutHandler))) ? .restarted : .lost
  }

  /// -ERESTARTNOHAND (include/linux/errno.h).
  private static let restartWithoutHandler = -514
}

/// The system call that a thread was stopped at the end of.
struct SystemCall {
  /// Its number, by the architecture's own table.
  var number: Int64
  /// What it returns, as the kernel has it: a negative errno on failure.
  var result: Int64
  /// Where the result is kept, for PTRACE_POKEUSER; nil where the kernel can't be made to begin a call again.
  var resultPlace: UInt?
  /// Whether it has done nothing when it fails with EINTR, so that it can be begun again.
  var canBeginAgain: Bool
}
