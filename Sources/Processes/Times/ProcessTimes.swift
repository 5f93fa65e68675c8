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

/// How busy all processors are: elapsed time less the idle time that the kernel accounts (proc_stat(5)).
struct MachineTimes {
  private let cpus: Int
  private let startTime: UInt64
  private let startIdle: UInt64

  /// Begins to count; nil where the kernel doesn't tell.
  init?(cpus: Int) {
    guard let idle = Self.idleNanoseconds else { return nil }
    self.cpus = cpus
    startTime = MachineClock.monotonic
    startIdle = idle
  }

  /// Since then.
  var used: CPUTime? {
    guard let idle = Self.idleNanoseconds else { return nil }
    let all = Double(MachineClock.monotonic - startTime) * Double(cpus)
    return CPUTime(seconds: max(0, all - Double(idle - min(idle, startIdle))) / 1e9)
  }

  /// Idle, waiting for a disk, and taken by the host.
  private static var idleNanoseconds: UInt64? {
    guard let line = ProcFile.text("/proc/stat")?.split(separator: "\n").first else { return nil }
    let fields = line.split(separator: " ")
    guard fields.count > 8, fields[0] == "cpu", let idle = UInt64(fields[4]), let waiting = UInt64(fields[5]),
      let stolen = UInt64(fields[8])
    else { return nil }
    return (idle &+ waiting &+ stolen) &* MachineClock.tickNanoseconds
  }
}
