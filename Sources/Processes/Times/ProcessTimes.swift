import Glibc

/// A process's CPU times in nanoseconds.
struct ProcessTimes: Hashable {
  /// Of all its threads, those that have ended too.
  var own: UInt64 = 0
  /// Of its children that were waited for, and of theirs; a multiple of a tick.
  var children: UInt64 = 0
  /// What of both was in the kernel.
  var kernel: UInt64 = 0

  init() {}

  /// Its times now; nil when it's gone.
  init?(pid: Int32) {
    guard let clock = Self.clock(of: pid) else { return nil }
    own = clock
    readStat(of: pid)
  }

  /// Its clock, to the nanosecond, also while it's a zombie; nil when it's gone (clock_getcpuclockid(3)).
  static func clock(of pid: Int32) -> UInt64? {
    var time = timespec()
    // SAFETY: writes `time` only. The number is the kernel's for the scheduler's clock of a process.
    guard pid > 0, unsafe clock_gettime(~pid << 3 | 2, &time) == 0 else { return nil }
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Reads what the clock doesn't tell, and who will be told of its end; nil when it's gone.
  @discardableResult
  mutating func readStat(of pid: Int32) -> Int32? {
    guard let stat = ThreadStat(of: pid) else { return nil }
    let tick = MachineClock.tickNanoseconds
    children = stat.childTicks &* tick
    kernel = stat.kernelTicks &* tick
    return stat.parent
  }

  /// Adds what `later` has more than `earlier`.
  mutating func add(_ later: ProcessTimes, since earlier: ProcessTimes) {
    own &+= later.own - min(later.own, earlier.own)
    children &+= later.children - min(later.children, earlier.children)
    kernel &+= later.kernel - min(later.kernel, earlier.kernel)
  }
}
