/// Times of all processors together in which nothing ran, in nanoseconds since the machine began; multiples of a tick
/// (`/proc/stat`, proc_stat(5)).
struct IdleTimes: Hashable {
  /// With nothing to do.
  var idle: UInt64
  /// While something waited for a disk.
  var waitingForDisk: UInt64
  /// While the host ran something else.
  var stolen: UInt64

  /// As of now; nil where the kernel doesn't tell.
  init?() {
    guard let line = ProcFile.text("/proc/stat")?.split(separator: "\n").first else { return nil }
    let fields = line.split(separator: " ")
    guard fields.count > 8, fields[0] == "cpu", let idle = UInt64(fields[4]), let waiting = UInt64(fields[5]),
      let stolen = UInt64(fields[8])
    else { return nil }
    let tick = MachineClock.tickNanoseconds
    (self.idle, waitingForDisk, self.stolen) = (idle &* tick, waiting &* tick, stolen &* tick)
  }

  /// All of it.
  var sum: UInt64 { idle &+ waitingForDisk &+ stolen }
}

/// How busy all processors are: elapsed time less the idle time that the kernel accounts.
struct MachineTimes {
  private let cpus: Int
  private let startTime: UInt64
  private let startIdle: UInt64

  /// Begins to count; nil where the kernel doesn't tell.
  init?(cpus: Int) {
    guard let idle = IdleTimes()?.sum else { return nil }
    self.cpus = cpus
    startTime = MachineClock.monotonic
    startIdle = idle
  }

  /// Since then.
  var used: CPUTime? {
    guard let idle = IdleTimes()?.sum else { return nil }
    let all = Double(MachineClock.monotonic - startTime) * Double(cpus)
    return CPUTime(seconds: max(0, all - Double(idle - min(idle, startIdle))) / 1e9)
  }
}
