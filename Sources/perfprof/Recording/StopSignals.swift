import BinaryReading
import CLinuxPerf
import Glibc
import Sampling

/// Ctrl-C, SIGTERM and SIGHUP as input of a descriptor: the recording ends in order instead of dying.
struct StopSignals: ~Copyable {
  /// Readable when a signal has come.
  let descriptor: Int32
  /// The mask from before.
  private let originalMask: sigset_t
  /// The signal that asked to stop, and whether a process sent it (and not the terminal).
  private(set) var received: (signal: Int32, fromProcess: Bool)?
  /// How many have come, each counted once.
  private var count = 0
  private var seen = 0

  private static let numbers = [SIGINT, SIGTERM, SIGHUP]

  /// Blocks the signals; call before any other thread is made.
  ///
  /// Those that waited, blocked, when perfprof was started are none of its own; a started program is given them.
  init(given: ProcessInheritance) throws(Failure) {
    var set = sigset_t()
    var original = sigset_t()
    // SAFETY: each call reads or writes the two sets only.
    unsafe sigemptyset(&set)
    for signal in Self.numbers { unsafe sigaddset(&set, signal) }
    unsafe pthread_sigmask(SIG_BLOCK, &set, &original)
    descriptor = unsafe signalfd(-1, &set, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
    originalMask = original
    guard descriptor >= 0 else { throw Failure(.unavailable, "signalfd failed (\(errorText(errno)))") }
    if Self.numbers.contains(where: given.hasPending) { clp_signalfd_drain(descriptor) }
  }

  deinit { close(descriptor) }

  /// Takes what has come; whether to stop.
  mutating func check() -> Bool {
    var info = signalfd_siginfo()
    let size = MemoryLayout<signalfd_siginfo>.size
    // SAFETY: read writes at most the structure's size.
    while unsafe read(descriptor, &info, size) == size {
      // The kernel, for a terminal's key, sends with a code above zero; kill(2) and the like do not.
      count += 1
      if received == nil { received = (Int32(info.ssi_signo), info.ssi_code <= 0) }
    }
    return received != nil
  }

  /// Whether one has come since this was last asked, or since sampling ended: no patience is left then.
  mutating func hasNews() -> Bool {
    _ = check()
    defer { seen = count }
    return count > seen
  }

  /// Forgets, for `hasNews`, what ended the sampling.
  mutating func noteEndOfSampling() {
    _ = check()
    seen = count
  }

  /// Lets a further signal end this program as usual.
  mutating func restore() {
    _ = check()
    var mask = originalMask
    // SAFETY: reads the mask only.
    unsafe pthread_sigmask(SIG_SETMASK, &mask, nil)
  }
}
