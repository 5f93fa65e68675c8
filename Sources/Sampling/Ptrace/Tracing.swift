import CLinuxPerf
import Glibc
import Processes

/// The ptrace requests that sampling needs, each on one thread (ptrace(2)).
///
/// All must come from the thread that seized. Seized threads run on when that thread ends, in whatever way: the kernel
/// detaches them, and PTRACE_O_EXITKILL is not set.
enum Tracing {
  private enum Request {
    static let pokeUser: Int32 = 6
    static let continueRunning: Int32 = 7
    static let detach: Int32 = 17
    static let eventMessage: Int32 = 0x4201
    static let seize: Int32 = 0x4206
    static let interrupt: Int32 = 0x4207
    static let listen: Int32 = 0x4208
  }
  /// PTRACE_O_TRACEFORK, TRACEVFORK, TRACECLONE, TRACEEXEC.
  private static let options: UInt = 0x02 | 0x04 | 0x08 | 0x10

  /// __WALL: threads too. __WNOTHREAD: what this thread traces, and not what others launched.
  private static let waitsForOwnTracees = Int32(bitPattern: 0x6000_0000)

  /// Begins to trace a running thread, and all threads and processes that it makes.
  static func seize(_ tid: Int32) throws(SystemCallError) { try request(Request.seize, tid, data: options) }
  /// Asks a thread to stop; the stop is reported by `next()`.
  static func interrupt(_ tid: Int32) throws(SystemCallError) { try request(Request.interrupt, tid) }
  /// Lets a stopped thread run, with a signal or without.
  static func resume(_ tid: Int32, signal: Int32 = 0) {
    // ESRCH: it was killed while stopped, which `next()` reports.
    try? request(Request.continueRunning, tid, data: UInt(signal))
  }
  /// Lets a stopped thread go for good, with a signal or without.
  static func detach(_ tid: Int32, signal: Int32 = 0) { try? request(Request.detach, tid, data: UInt(signal)) }
  /// Leaves a thread in its group-stop, as if it were not traced.
  static func listen(_ tid: Int32) { try? request(Request.listen, tid) }
  /// Changes a stopped thread's register, by its place in `struct user`; whether that was done.
  static func poke(_ tid: Int32, _ place: UInt, _ value: UInt) -> Bool {
    clp_ptrace(Request.pokeUser, tid, place, value) != -1
  }

  /// What the last event was about: the number of the new thread or process.
  static func eventMessage(_ tid: Int32) -> Int32? {
    var message: UInt = 0
    // SAFETY: the request writes one word to `message`.
    let result = unsafe withUnsafeMutablePointer(to: &message) {
      clp_ptrace(Request.eventMessage, tid, 0, UInt(bitPattern: $0))
    }
    return result == 0 ? Int32(truncatingIfNeeded: message) : nil
  }

  /// The next stop or end of any traced thread; nil when there is none now.
  ///
  /// A program that this thread launched may be reported as well; its status is kept for `CommandLauncher`.
  static func next() -> (tid: Int32, stop: TraceStop)? {
    while true {
      var status: Int32 = 0
      // SAFETY: writes `status` only.
      let tid = unsafe waitpid(-1, &status, WNOHANG | waitsForOwnTracees)
      if tid < 0, errno == EINTR { continue }
      guard tid > 0 else { return nil }
      let stop = TraceStop(waitStatus: status)
      switch stop {
      case .exited, .killed: ReapedChildren.keep(status: status, of: tid)
      default: break
      }
      return (tid, stop)
    }
  }

  private static func request(_ number: Int32, _ tid: Int32, data: UInt = 0) throws(SystemCallError) {
    guard clp_ptrace(number, tid, 0, data) != -1 else { throw SystemCallError(number: errno) }
  }
}
