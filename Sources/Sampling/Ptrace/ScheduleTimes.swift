import BinaryReading
import Glibc

/// What `/proc/PID/task/TID/schedstat` says of a thread (Documentation/scheduler/sched-stats.rst).
struct ScheduleTimes: Hashable {
  /// Nanoseconds on a CPU; brought up to date by the kernel at each tick and whenever the thread is taken off.
  var ran: UInt64 = 0
  /// Nanoseconds of waiting for a CPU.
  var waited: UInt64 = 0
  /// How often it was put on a CPU: unchanged means that it has not run in between.
  var turns: UInt64 = 0

  /// No time at all.
  init() {}

  /// Reads the open file; nil when it can't be read, or the kernel keeps no such times.
  init?(_ descriptor: Int32) {
    guard descriptor >= 0 else { return nil }
    let times: ScheduleTimes? = unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 96) { buffer in
      // SAFETY: at most the buffer's bytes are written, and only those written are read.
      let count = unsafe pread(descriptor, buffer.baseAddress, buffer.count, 0)
      guard count > 0 else { return nil }
      return unsafe Self.parse(UnsafeRawBufferPointer(buffer).bytes.extracting(0..<count))
    }
    guard let times else { return nil }
    self = times
  }

  /// The numbers of a line; nil when there are not at least two, 0 turns when there is no third.
  static func parse(_ line: RawSpan) -> ScheduleTimes? {
    var numbers: [3 of UInt64] = [0, 0, 0]
    var field = 0
    var digits = 0
    for offset in line.byteOffsets {
      guard let byte: UInt8 = try? line.load(at: offset) else { return nil }
      if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
        numbers[field] = numbers[field] &* 10 &+ UInt64(byte - UInt8(ascii: "0"))
        digits += 1
      } else {
        guard digits > 0 else { return nil }
        if field == 2 { break }
        field += 1
        digits = 0
      }
    }
    guard field > 1 || field == 1 && digits > 0 else { return nil }
    var times = ScheduleTimes()
    (times.ran, times.waited, times.turns) = (numbers[0], numbers[1], numbers[2])
    return times
  }
}
