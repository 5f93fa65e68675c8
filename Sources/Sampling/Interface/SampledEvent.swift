/// What makes a sample due, by the name that a user gave: an event of the kernel or the processor (perf_event_open(2)).
package struct SampledEvent: Hashable, Sendable {
  /// What its amounts are of.
  package enum Measure: Hashable, Sendable {
    /// CPU time of the thread, in nanoseconds: `cpu-clock`, `task-clock`.
    case cpuTime
    /// What a counter of the processor counts.
    case hardware
    /// What happens in the kernel now and then: faults, switches, tracepoints.
    case occurrences
  }

  /// As it was asked for.
  package var name: String
  /// `perf_event_attr.type` and `config`.
  package var type: UInt32
  /// What `type` is of.
  package var config: UInt64
  /// What its amounts are of.
  package var measure: Measure
  /// Whether it happens in kernel code only, so that nothing is left of it where kernel code may not be sampled.
  package var isOfKernel: Bool
  /// How many of it are between two samples; nil where the kernel adapts that to the frequency, which it does right for
  /// the processor's counters only: of other events it tells steps that it has not taken.
  package var count: UInt64?

  /// An event.
  package init(
    name: String, type: UInt32, config: UInt64, measure: Measure, isOfKernel: Bool = false, count: UInt64? = nil
  ) {
    self.name = name
    self.type = type
    self.config = config
    self.measure = measure
    self.isOfKernel = isOfKernel
    self.count = count
  }

  /// Whether both are one event of the kernel, whatever they are called.
  package func isSame(as other: SampledEvent) -> Bool { type == other.type && config == other.config }
}

/// Why a name stands for no event.
package enum EventNameError: Error, Hashable, Sendable {
  /// There is no such event; `similar` are names like it.
  case unknown(name: String, similar: [String])
  /// An event of which a part is asked for, as by perf's `:u` and `:pp`.
  case modifier(name: String, event: String)
  /// Tracepoints' numbers stand in tracefs, which is nowhere mounted.
  case noTraceFileSystem(name: String)
  /// Tracefs is there, and closed to this user.
  case traceFileSystemClosed(name: String, path: String, errno: Int32)
  /// The kernel has no such tracepoint; `similar` are names like it.
  case noTracepoint(name: String, similar: [String])
}
