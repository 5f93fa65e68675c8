import Glibc

/// What the kernel accounts to a thread.
package struct ThreadTimes: Hashable, Sendable {
  /// Nanoseconds on a processor, up to this moment.
  package var ran: UInt64
  /// Nanoseconds of waiting for a processor, but for a wait that lasts.
  package var waited: UInt64
  /// How often it was put on a processor.
  package var turns: UInt64

  /// Times.
  package init(ran: UInt64 = 0, waited: UInt64 = 0, turns: UInt64 = 0) {
    self.ran = ran
    self.waited = waited
    self.turns = turns
  }

  /// A thread's, now; nil when it's gone, or the kernel keeps no such times (proc_pid_schedstat(5)).
  package init?(pid: Int32, tid: Int32) {
    guard let line = try? ProcFile.read("/proc/\(pid)/task/\(tid)/schedstat", limit: 96) else { return nil }
    let fields = line.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") })
      .map { UInt64(String(decoding: $0, as: UTF8.self)) }
    guard fields.count == 3, let ran = fields[0], let waited = fields[1], let turns = fields[2] else { return nil }
    self.init(ran: Self.clock(of: tid) ?? ran, waited: waited, turns: turns)
  }

  /// Its clock, which the kernel brings up to date where the file is as of the last tick (clock_getcpuclockid(3): the
  /// number of a thread's scheduling clock).
  private static func clock(of tid: Int32) -> UInt64? {
    var time = timespec()
    // SAFETY: writes `time` only.
    guard tid > 0, unsafe clock_gettime(~tid << 3 | 6, &time) == 0 else { return nil }
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
