/// What a thread that does not run waits for, as its system call and the kernel's stack tell.
public enum WaitReason: String, Hashable, Sendable, CaseIterable {
  /// A lock, a condition or another thread's end: all that the C library builds of futex(2).
  case futex
  /// A time.
  case sleep
  /// One of several descriptors, or of one (`poll`, `select`).
  case poll
  /// Whatever an event loop was told to watch.
  case epoll
  /// Input from a socket, or room in one.
  case socket
  /// A connection that somebody makes.
  case accept
  /// A connection that it makes itself.
  case connect
  /// Input from a pipe, or room in one.
  case pipe
  /// A terminal.
  case terminal
  /// A file: its disk, or whoever serves it.
  case file
  /// An `eventfd`, `inotify` and the like.
  case events
  /// A timer's descriptor.
  case timer
  /// A signal.
  case signal
  /// A child's end, or its exec.
  case child
  /// A lock that the program makes of something else, such as a database's of its rows: told by its functions.
  case lock
  /// A lock of a file.
  case fileLock = "file lock"
  /// A System V or POSIX message or semaphore.
  case message = "message or semaphore"
  /// Completions of io_uring or of asynchronous I/O.
  case ioRing = "io_uring"
  /// Memory that has to be read in first.
  case pageFault = "page fault"
  /// A lock of the kernel's own.
  case kernelLock = "kernel lock"
  /// It was stopped, by job control or by a tracer.
  case stopped
  /// Nothing: it was taken off its processor for another thread.
  case preempted
  /// Nothing: it gave its processor away.
  case yielded
  /// Nothing but a processor.
  case runnable
  /// What this version has no word for.
  case other
  /// Nothing tells.
  case unknown

  /// Whether it could go on if there was a processor for it.
  public var isRunnable: Bool {
    switch self {
    case .preempted, .yielded, .runnable: true
    default: false
    }
  }

  /// The names of all frames that stand for one.
  package static let frameNames = Set(allCases.map(\.frameName))

  /// The name of the frame that stands at the end of such stacks: `[waits: pipe]`, `[runnable: preempted]`.
  public var frameName: String {
    switch self {
    case .runnable: "[runnable]"
    case .preempted, .yielded: "[runnable: \(rawValue)]"
    case .stopped: "[stopped]"
    case .unknown: "[waits]"
    default: "[waits: \(rawValue)]"
    }
  }
}
