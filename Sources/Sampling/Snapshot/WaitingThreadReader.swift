import Glibc
import Processes
import ProfileModel

/// Reads threads that wait, as they stand: a stop would make some of their system calls end early.
///
///     turns ─► place ─► stack ─► walk ─► turns: the same, so that it has stood all the time between
///
/// The kernel tells the stack pointer and the program counter only; the other registers are unknown until the walk finds
/// where a function saved them.
struct WaitingThreadReader: ~Copyable {
  private var stacks = TraceBuffer(capacity: 8 << 20)

  /// What became of a reading.
  enum Outcome: Hashable {
    /// There is no such thread any more.
    case gone
    /// It runs, or did not stand still.
    case running
    /// It was read, and stood still until its sample was done with.
    case waiting(ObservedThread)
  }

  /// How often a thread that wakes up between two looks is looked at anew.
  private static let attempts = 3

  /// Reads a thread and hands its sample over, which counts only where the outcome is `waiting`.
  mutating func read(
    _ tid: Int32, of pid: Int32, pages: PageMap?, regions: StackRegions,
    _ deliver: (borrowing RawSample, ObservedThread) -> Void
  ) -> Outcome {
    // SAFETY: the path is terminated by the bridge.
    let schedule = unsafe open("/proc/\(pid)/task/\(tid)/schedstat", O_RDONLY | O_CLOEXEC)
    guard schedule >= 0 else { return .gone }
    defer { close(schedule) }
    for _ in 0..<Self.attempts {
      // Without turns nothing would tell that it has run meanwhile.
      guard let turns = ScheduleTimes(schedule)?.turns, turns > 0,
        let line = try? ProcFile.read("/proc/\(pid)/task/\(tid)/syscall", limit: 256), let place = ThreadPlace(line),
        case .blocked(let pointer, let counter) = place, pointer != 0
      else { return .running }
      let thread = ObservedThread(pid: pid, tid: tid, waitingIn: line)
      let architecture: Architecture? = pointer > UInt64(UInt32.max) ? .host : Architecture.host.narrow
      stacks.read(stackOf: tid, from: pointer, in: pages, limit: regions.bytes(from: pointer))
      guard ScheduleTimes(schedule)?.turns == turns else { continue }
      var registers: UserRegisters?
      if let architecture {
        var known = UserRegisters()
        known[UserRegisters.stackPointer(architecture)] = pointer
        known[UserRegisters.programCounter(architecture)] = counter
        registers = known
      }
      deliver(
        RawSample(
          time: MachineClock.monotonic, pid: pid, tid: tid, period: 1, architecture: architecture,
          registers: registers, knownRegisters: .pointersOnly(architecture ?? .host), stack: stacks.bytes,
          motion: .standingStill, kernelChain: Span()), thread)
      // The walk may have read more of its memory.
      if ScheduleTimes(schedule)?.turns == turns { return .waiting(thread) }
    }
    return .running
  }
}
