import Processes
import ProfileModel

@testable import Sampling

/// What a sampler tells, as a test makes it up.
enum ScriptedRecord {
  /// A thread in the kernel, or in user code at a place from which its stack can't be followed.
  case sample(pid: Int32, tid: Int32, kernel: [UInt64] = [], code: UInt64? = nil, event: Int = 0, period: UInt64 = 1)
  /// What happened to a process.
  case event(ProcessEvent)
  /// Records that had no room.
  case lost(UInt64)
  /// The kernel paused the event.
  case throttled
  /// A record that can't be read.
  case malformed
}

/// Time as a test wants it.
final class ScriptedClock {
  var now: UInt64
  init(_ now: UInt64 = MachineClock.monotonic) { self.now = now }
}

/// Plays records: a poll takes the next step, and the time that this takes passes by.
struct ScriptedSampler: Sampler {
  /// What one poll gives.
  struct Step {
    var records: [ScriptedRecord]
    var nanoseconds: UInt64 = 100_000_000
    var error: SamplingError?
  }

  var description: SamplerDescription
  var effects: [SamplingNote] = []
  var faults = SamplingFaults()
  private let steps: [Step]
  /// What is handed over when sampling ends.
  private let last: [ScriptedRecord]
  private let clock: ScriptedClock
  private(set) var polls = 0
  private(set) var isFinished = false

  init(
    _ steps: [Step], last: [ScriptedRecord] = [], events: [SampledEvent] = [], clock: ScriptedClock = ScriptedClock()
  ) {
    self.steps = steps
    self.last = last
    self.clock = clock
    description = SamplerDescription(
      name: "perf:cpu-clock", events: events, frequency: 499, excludesKernel: false, ringBytes: 0, dumpBytes: 0,
      notes: [.noHardwareCycles(errno: 2)])
  }

  mutating func poll(timeoutMilliseconds: Int32, handler: inout some SamplingHandler & ~Copyable)
    throws(SamplingError) -> SamplerState
  {
    guard polls < steps.count else { return .allTargetsExited }
    let step = steps[polls]
    polls += 1
    if let error = step.error { throw error }
    play(step.records, to: &handler)
    clock.now += step.nanoseconds
    return polls < steps.count ? .running : .allTargetsExited
  }

  mutating func follow(_ stacks: [OutgrownStack]) {}

  mutating func finish(handler: inout some SamplingHandler & ~Copyable) throws(SamplingError) {
    play(last, to: &handler)
    isFinished = true
  }

  private mutating func play(_ records: [ScriptedRecord], to handler: inout some SamplingHandler & ~Copyable) {
    for (index, record) in records.enumerated() {
      let time = clock.now + UInt64(index) * 1000
      switch record {
      case .sample(let pid, let tid, let kernel, let code, let event, let period):
        var registers: UserRegisters?
        if let code {
          registers = UserRegisters()
          registers?[UserRegisters.programCounter(.host)] = code
          registers?[UserRegisters.stackPointer(.host)] = 0x7FFF_0000
        }
        handler.sample(
          RawSample(
            time: time, pid: pid, tid: tid, period: period, event: event, registers: registers,
            stack: [UInt8]().rawSpan, kernelChain: kernel.span))
      case .event(let event): handler.event(event)
      case .lost(let count): handler.lost(count, time: time)
      case .throttled: handler.throttled(time: time)
      case .malformed: faults.malformed += 1
      }
    }
  }
}

extension ScriptedRecord {
  /// A process begins as another's child and runs a program.
  static func start(_ pid: Int32, _ name: String, by parent: Int32 = 1) -> [ScriptedRecord] {
    [
      .event(.forked(pid: pid, tid: pid, parentPID: parent, parentTID: parent, time: 0)),
      .event(.renamed(pid: pid, tid: pid, name: name, isExec: true, time: 0)),
    ]
  }
  /// A process's first thread ends.
  static func end(_ pid: Int32) -> ScriptedRecord { .event(.exited(pid: pid, tid: pid, time: 0)) }
}
