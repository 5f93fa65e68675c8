import CLinuxPerf
import Glibc

/// Wakes its thread when a child or traced thread has something to report, by SIGCHLD through a signalfd.
///
/// The signal is blocked on this thread as long as the value lives. Where another thread does not block it, it's lost
/// there, and the wait only ends by time. Not spinning: on a busy CPU that would keep the very thread from stopping.
struct ChildSignal: ~Copyable {
  private let descriptor: Int32
  private var previous = sigset_t()

  init() {
    var set = sigset_t()
    // SAFETY: the calls use the two sets during the call only.
    unsafe sigemptyset(&set)
    unsafe sigaddset(&set, SIGCHLD)
    unsafe pthread_sigmask(SIG_BLOCK, &set, &previous)
    descriptor = unsafe clp_signalfd(&set)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    var mask = previous
    // SAFETY: reads `mask` during the call.
    unsafe pthread_sigmask(SIG_SETMASK, &mask, nil)
  }

  /// Waits for the signal, or for input on another descriptor: true then, or when another signal came.
  mutating func wait(nanoseconds: UInt64, or other: Int32?) throws(SamplingError) -> Bool {
    var waits = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
    if let other { waits.append(pollfd(fd: other, events: Int16(POLLIN), revents: 0)) }
    // SAFETY: the array lives through the call.
    let ready = unsafe clp_ppoll(&waits, waits.count, nanoseconds)
    guard ready >= 0 else {
      if errno == EINTR { return true }
      throw .system(call: "ppoll", errno: errno)
    }
    if waits[0].revents != 0 { clp_signalfd_drain(descriptor) }
    return waits.count > 1 && waits[1].revents != 0
  }
}
