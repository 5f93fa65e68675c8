import CLinuxPerf
import Glibc
import Processes
import Sampling

/// Ctrl-Z, or whoever else stops this program as a shell's job, and what lets it go on, as input of a descriptor: what is
/// drawn on a terminal is taken away before, and drawn again afterwards.
struct JobSignals: ~Copyable {
  /// What has come since the last time.
  enum News {
    /// It is to stop: SIGTSTP, which waits until `stop`.
    case stop
    /// It went on, having been stopped by force.
    case goesOn
  }

  private let descriptor: Int32

  /// Holds SIGTSTP back; call before any other thread is made. Where that fails, the signal does what it always does,
  /// and where it's ignored, as by shells without jobs, it stays so.
  init(given: ProcessInheritance) {
    guard !given.ignores(SIGTSTP) else {
      descriptor = -1
      return
    }
    var set = Self.set(SIGTSTP, SIGCONT)
    // SAFETY: each call reads the one set.
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    descriptor = unsafe clp_signalfd(&set)
    if descriptor < 0 { unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil) }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    var set = Self.set(SIGTSTP, SIGCONT)
    // SAFETY: reads the one set.
    unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  /// What has come since the last time; nil for nothing.
  func news() -> News? {
    guard descriptor >= 0 else { return nil }
    var info = signalfd_siginfo()
    let size = MemoryLayout<signalfd_siginfo>.size
    var news: News?
    // SAFETY: read writes at most the structure's size.
    while unsafe read(descriptor, &info, size) == size {
      // Of both, only one waits: the kernel drops the other when one of them is sent.
      news = Int32(info.ssi_signo) == SIGTSTP ? .stop : .goesOn
    }
    return news
  }

  /// Stops this process as SIGTSTP does, until SIGCONT. Nothing happens where no shell could let it go on (an orphaned
  /// process group).
  ///
  /// - Returns: For how many seconds.
  @discardableResult
  func stop() -> Double {
    let start = MachineClock.monotonic
    var set = Self.set(SIGTSTP)
    // To this thread, so that it takes effect before the next call returns.
    pthread_kill(pthread_self(), SIGTSTP)
    // SAFETY: both calls read the one set.
    unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    if descriptor >= 0 { clp_signalfd_drain(descriptor) }
    return Double(MachineClock.monotonic &- start) / 1e9
  }

  private static func set(_ signals: Int32...) -> sigset_t {
    var set = sigset_t()
    // SAFETY: each call writes the one set.
    unsafe sigemptyset(&set)
    for signal in signals { unsafe sigaddset(&set, signal) }
    return set
  }
}
