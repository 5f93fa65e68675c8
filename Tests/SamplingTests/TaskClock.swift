import CLinuxPerf
import Glibc

/// The kernel's count of the time that a program and its threads ran, by the clock of perf's events.
final class TaskClock {
  private let descriptor: Int32

  /// Counts from the exec of a suspended process on.
  init(suspended pid: Int32) throws {
    var attributes = perf_event_attr()
    attributes.size = UInt32(MemoryLayout<perf_event_attr>.size)
    attributes.type = PERF_TYPE_SOFTWARE.rawValue
    attributes.config = UInt64(PERF_COUNT_SW_TASK_CLOCK.rawValue)
    attributes.inherit = 1
    attributes.disabled = 1
    attributes.enable_on_exec = 1
    descriptor = clp_perf_event_open(&attributes, pid, -1, -1, UInt(PERF_FLAG_FD_CLOEXEC))
    guard descriptor >= 0 else { throw Failure(errno: errno) }
  }

  struct Failure: Error { var errno: Int32 }

  deinit { close(descriptor) }

  /// Seconds until now, of those threads that have ended and of the first.
  var seconds: Double {
    var nanoseconds: UInt64 = 0
    let count = read(descriptor, &nanoseconds, MemoryLayout<UInt64>.size)
    return count == MemoryLayout<UInt64>.size ? Double(nanoseconds) / 1e9 : 0
  }
}
