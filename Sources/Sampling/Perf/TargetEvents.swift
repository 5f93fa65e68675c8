import CLinuxPerf
import Glibc
import Processes

/// The events that sample the targets; all write into the rings of a `RingSet`.
struct TargetEvents: ~Copyable {
  private var descriptors = DescriptorSet()
  /// The open events by which of the plan's they are.
  private var opened: [Int: [Int32]] = [:]
  /// For each thread attached to, one of its events, to learn by POLLHUP when it and all it made have ended.
  private(set) var watched: [Int32] = []
  /// The threads attached to.
  private(set) var threads: Set<Int32> = []
  /// By what numbers the records call the events.
  private(set) var numbers = EventNumbers()

  /// A BPF program that runs at each sample.
  var program: Int32?

  /// Whether there are events among them at whose samples no program can run.
  var hasTracepoints: Bool { numbers.events.contains { !$0.takesProgram } }

  /// Tells of which plan the events will be.
  mutating func use(_ plan: PerfPlan) { numbers.events = plan.hasNumbers ? plan.events : [] }

  /// Takes note of an event of `PlannedEvent.wakes`.
  mutating func noteWakes(_ number: UInt64) { numbers.addWakes(number) }

  /// Whether it runs at the samples of every event.
  private(set) var isProgramAttached = true

  /// Stops sampling: closes every event. What they wrote stays in the rings.
  mutating func removeAll() {
    descriptors.removeAll()
    opened.removeAll()
    watched.removeAll()
    threads.removeAll()
  }

  /// The open events of one of the plan's, where waits are sampled.
  func opened(_ event: Int) -> [Int32] { opened[event] ?? [] }

  /// Forgets the events whose threads, and those threads' offspring, have all ended.
  mutating func dropEnded(_ hasEnded: (Int32) -> Bool) { watched.removeAll(where: hasEnded) }

  /// Attaches to every thread of the processes, and goes on until a look at their threads finds none that is neither
  /// attached to nor born of one that is.
  ///
  ///     a process's threads   A ─────────────┬─────────────────
  ///     read: A, B               ▲           └ C (inherits A's events: FORK stands in a ring)
  ///                           B ─┼──┬────────────▲─────────────
  ///                              │  └ D ─────────┼──▲──────────
  ///     attached to              A               B  D, found by reading again
  ///
  /// Of the plan's events those of `events` are opened; one of them is the `carrier` of everything but samples, unless
  /// another event is.
  mutating func attach(
    toThreadsOf pids: [Int32], events: [Int], carrier: Int?, plan: PerfPlan, rings: borrowing RingSet
  ) throws(SystemCallError) {
    // A process may make threads faster than they can be attached to; each round leaves fewer, so this ends.
    for _ in 0..<64 {
      var found: [Int32] = []
      for pid in pids {
        found += ProcessStatus.threads(of: pid).filter { !threads.contains($0) }
      }
      if !threads.isEmpty, !found.isEmpty {
        // A new thread shows in /proc some microseconds before its birth is recorded.
        usleep(1000)
        threads.formUnion(rings.bornThreads())
      }
      found.removeAll { threads.contains($0) }
      if found.isEmpty { return }
      for thread in found {
        try attach(thread: thread, events: events, carrier: carrier, plan: plan, rings: rings, isSuspended: false)
      }
    }
  }

  /// Attaches to one thread on every CPU; does nothing when it's gone.
  mutating func attach(
    thread: Int32, events: [Int], carrier: Int?, plan: PerfPlan, rings: borrowing RingSet, isSuspended: Bool
  ) throws(SystemCallError) {
    threads.insert(thread)
    var isFirst = true
    for index in rings.cpus.indices.flatMap({ cpu in events.map { (cpu: cpu, event: $0) } }) {
      let descriptor: Int32
      do {
        descriptor = try open(
          index.event, of: plan, isCarrier: index.event == carrier, isSuspended: isSuspended, pid: thread,
          cpu: rings.cpus[index.cpu], output: rings.owners[index.cpu])
      } catch {
        if error.number == ESRCH { return }
        if error.number == ENODEV || error.number == ENOENT, !isFirst { continue }
        throw error
      }
      if isFirst { watched.append(descriptor) }
      isFirst = false
    }
  }

  /// Samples whatever runs on every CPU, by those events of the plan. What processes do is told in rings of its own, or
  /// where these can't be had by the first of the events.
  mutating func attachToMachine(
    events: [Int] = [0], plan: PerfPlan, rings: inout RingSet
  ) throws(SystemCallError) {
    if rings.sideband.isEmpty { rings.openSideband(plan: plan) }
    let carrier = rings.sideband.isEmpty ? events.first : nil
    for index in rings.cpus.indices {
      for event in events {
        _ = try open(
          event, of: plan, isCarrier: event == carrier, isSuspended: false, pid: -1, cpu: rings.cpus[index],
          output: rings.owners[index])
      }
    }
  }

  /// Forgets by which events the end of threads would show.
  mutating func watchNone() { watched.removeAll() }

  /// Has the samples of all events filtered.
  ///
  /// Those of tracepoints take no such program: the reader drops them.
  mutating func attach(_ filter: ProcessFilter) {
    guard program == nil, let program = filter.loadProgram() else { return }
    for event in descriptors.descriptors { _ = clp_perf_set_program(event, program) }
  }

  private mutating func open(
    _ index: Int, of plan: PerfPlan, isCarrier: Bool, isSuspended: Bool, pid: Int32, cpu: Int32, output: Int32
  ) throws(SystemCallError) -> Int32 {
    let event = plan.events[index]
    var attributes = plan.attributes(
      of: event, isCarrier: isCarrier, isSuspended: isSuspended, inherits: pid >= 0)
    // SAFETY: the kernel reads the attributes during the call.
    let descriptor = unsafe clp_perf_event_open(&attributes, pid, cpu, -1, UInt(PERF_FLAG_FD_CLOEXEC))
    guard descriptor >= 0 else { throw SystemCallError(number: errno) }
    descriptors.insert(descriptor)
    if plan.waits != .none { opened[index, default: []].append(descriptor) }
    if plan.layout.hasEventNumber {
      var number: UInt64 = 0
      // SAFETY: the kernel writes the eight bytes of `number` during the call.
      guard unsafe clp_perf_id(descriptor, &number) == 0 else { throw SystemCallError(number: errno) }
      numbers.add(number, of: index)
    }
    if let program, !event.recordsSwitches, !event.takesProgram || clp_perf_set_program(descriptor, program) != 0 {
      isProgramAttached = false
    }
    guard clp_perf_set_output(descriptor, output) == 0 else { throw SystemCallError(number: errno) }
    return descriptor
  }
}

extension RingSet {
  /// Threads whose birth is recorded in the rings; they inherited their maker's events.
  func bornThreads() -> Set<Int32> {
    var born: Set<Int32> = []
    for ring in rings {
      ring.refresh()
      ring.forEachPending { type, misc, bytes in
        guard type == PERF_RECORD_FORK.rawValue,
          case .event(.forked(_, let tid, _, _, _))? = try? PerfRecord.parse(
            type: type, misc: misc, bytes: bytes, layout: layout)
        else { return }
        born.insert(tid)
      }
    }
    return born
  }
}
