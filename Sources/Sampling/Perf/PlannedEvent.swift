import CLinuxPerf

/// One of the events of a plan, as it is opened.
struct PlannedEvent: Hashable {
  var event: SampledEvent

  init(_ event: SampledEvent) { self.event = event }

  /// The processor's cycles, whose period the kernel adapts to the frequency.
  static let cycles = PlannedEvent(
    SampledEvent(
      name: "cycles", type: PERF_TYPE_HARDWARE.rawValue, config: UInt64(PERF_COUNT_HW_CPU_CYCLES.rawValue),
      measure: .hardware))
  /// A timer that runs while the thread does, or for a CPU always.
  static let cpuClock = PlannedEvent(
    SampledEvent(
      name: "cpu-clock", type: PERF_TYPE_SOFTWARE.rawValue, config: UInt64(PERF_COUNT_SW_CPU_CLOCK.rawValue),
      measure: .cpuTime))

  /// Each thread that leaves its processor, with the stack that it leaves with.
  static let switches = PlannedEvent(
    SampledEvent(
      name: "context-switches", type: PERF_TYPE_SOFTWARE.rawValue,
      config: UInt64(PERF_COUNT_SW_CONTEXT_SWITCHES.rawValue),
      measure: .occurrences, isOfKernel: true, count: 1))
  /// No samples, but a record of each thread that leaves its processor or is put on one (PERF_RECORD_SWITCH).
  static let switchRecords = PlannedEvent(
    SampledEvent(
      name: "switches", type: PERF_TYPE_SOFTWARE.rawValue, config: UInt64(PERF_COUNT_SW_DUMMY.rawValue),
      measure: .occurrences, count: 1))
  /// Whoever wakes a thread; a program says when, see `WakeProgram`.
  static let wakes = PlannedEvent(
    SampledEvent(
      name: "wakes", type: PERF_TYPE_SOFTWARE.rawValue, config: UInt64(PERF_COUNT_SW_BPF_OUTPUT.rawValue),
      measure: .occurrences, isOfKernel: true, count: 1))
  /// Whether it is the event of records of switches.
  var recordsSwitches: Bool { self == .switchRecords }

  /// What each sample stands for, where it doesn't say.
  ///
  /// An event of the kernel's software that is asked to say it, and has no frequency, makes a sample each time, whatever
  /// its period is (`perf_swevent_event` in kernel/events/core.c).
  var fixedPeriod: UInt64? { event.measure == .cpuTime ? nil : event.count }

  /// Whether it is seen as well on a thread as on a CPU. A clock that starts anew with each thread is not, see
  /// `EventSpread`; what is counted one by one is.
  var suitsThreads: Bool { event.measure == .occurrences }

  /// Whether a program of type `BPF_PROG_TYPE_PERF_EVENT` can run at its samples.
  var takesProgram: Bool { event.type != PERF_TYPE_TRACEPOINT.rawValue }

  /// The event's kind and how often it makes a sample, at a frequency where that is what decides.
  func configure(_ attributes: inout perf_event_attr, frequency: UInt32) {
    attributes.type = event.type
    attributes.config = event.config
    if event.measure == .cpuTime {
      // In nanoseconds. The kernel would turn a frequency into just this period.
      attributes.sample_period = 1_000_000_000 / UInt64(max(1, frequency))
    } else if let count = event.count {
      attributes.sample_period = count
    } else {
      attributes.freq = 1
      attributes.sample_freq = UInt64(frequency)
    }
  }
}
