import Glibc
import Processes
import ProfileModel

/// Samples through perf_event: the kernel observes a thread whenever it has run for a while, and copies its registers
/// and stack into the ring of the CPU that it runs on.
///
///     thread A ─┬─ event on CPU 0 ─┐         ┌─► ring of CPU 0 ─┐
///               └─ event on CPU 1 ─┼─ output ┤                  ├─► merged by time ─► handler
///     thread B ─┬─ event on CPU 0 ─┘   set   │                  │
///               └─ event on CPU 1 ───────────┴─► ring of CPU 1 ─┘
///
/// That is how threads are sampled where CPUs may not be; an event that children inherit can't have a ring of its own
/// unless it is bound to a CPU: hence one for each thread and CPU. Where CPUs may be sampled, there is one event for each,
/// and other processes' samples are dropped (`EventSpread`).
package struct PerfEventSampler: ~Copyable, Sampler {
  /// How it samples, and what it could not do.
  package private(set) var description: SamplerDescription
  /// perf_event stops nobody.
  package var effects: [SamplingNote] { stackEffects + (isWithoutTasks ? [.asyncCallersNotCopied] : []) }

  private var stackEffects: [SamplingNote] {
    if hasOutgrownStacks, follower == nil || !events.isProgramAttached {
      return [events.hasTracepoints && follower != nil ? .tracepointStacksNotFollowed : .stacksNotFollowed]
    }
    let failures = follower?.failureCount ?? 0
    return failures > 0 ? [.stacksNotCopied(count: failures)] : []
  }
  /// Late and damaged records.
  package var faults: SamplingFaults {
    var faults = SamplingFaults()
    faults.late = merge.lateRecords
    faults.malformed = delivery.malformedRecords
    faults.corruptions = ringSet.all.reduce(0) { $0 + $1.corruptions }
    return faults
  }

  private let ringSet: RingSet
  private var events = TargetEvents()
  private var exits: ExitWatch
  private var merge = RecordMerge()
  private var delivery: RecordDelivery
  /// What brings more of a stack than a sample's dump; nil where the kernel does not allow it.
  private let follower: StackFollower?
  private var hasOutgrownStacks = false
  /// Whether there were tasks that the kernel does not copy.
  private var isWithoutTasks = false
  /// To be described by the first poll.
  private let processes: [Int32]
  private let hasEnd: Bool
  private let wakeDescriptor: Int32?
  private var isDescribed: Bool
  /// How many switches there are to a sample; nil where no waits are sampled, or where that can't be changed.
  private var pace: SwitchPace?
  private var scan = WaitScan()
  private let waits: WaitSampling
  /// Threads whose waking is to be told of; nil where it isn't, see `WakeProgram`.
  private let awaited: AwaitedThreads?
  private var wakes: WakeProgram?
  private var lastDescription: UInt64 = 0
  /// Losses that the processes were described anew after.
  private var describedLosses: UInt64 = 0

  /// Opens the events; from here on (or from its exec, for a suspended target) the target is sampled.
  package init(target: SamplingTarget, options: SamplingOptions = SamplingOptions()) throws(SamplingError) {
    var notes: [SamplingNote] = []
    let limit = KernelLimits.raiseDescriptorLimit()
    var plan = try PerfPlan.probe(options, notes: &notes)
    let processes = try Self.resolve(target)
    var ringSet = try RingSet(plan: &plan, budget: options.ringBudgetBytes, notes: &notes)
    let filter = target == .allProcesses ? nil : ProcessFilter()
    let awaited = plan.waits != .none && options.findsWakers ? AwaitedThreads() : nil
    let note = awaited?.note
    let follower = StackFollower(
      plan: plan, cpus: ringSet.cpus, budget: options.ringBudgetBytes, filter: filter, awaited: note)
    events.use(plan)
    events.program = follower?.program.descriptor
    // Births stand in the rings from here on.
    var sampled = SampledProcesses(isFiltered: false)
    var known = processes
    if target == .allProcesses {
      ringSet.openSideband(plan: plan)
      known = sampled.noteNames()
    }
    let arrangement: Arrangement
    do {
      arrangement = try events.attach(
        to: target, processes: processes, plan: plan, rings: &ringSet, descriptorLimit: limit,
        spread: options.spread)
    } catch {
      throw Self.explain(
        error, target: target, processes: processes, limit: limit, cpus: ringSet.cpus.count, plan: plan)
    }
    let isFiltered = arrangement == .filteredMachine
    if isFiltered, case .processes = target { try Self.checkAccess(processes) }
    follower?.answerBell { filter == nil || processes.contains($0) }
    exits = ExitWatch(pids: processes)
    if isFiltered { sampled = SampledProcesses(isFiltered: true) }
    // The program that notes who is awaited, and everything that is needed to say who wakes them.
    let notesAwaited = events.program != nil || isFiltered && filter?.loadProgram(awaited: note) != nil
    if let awaited, notesAwaited, arrangement != .threads {
      var numbers: [UInt64] = []
      wakes = WakeProgram(awaited, plan: plan, rings: ringSet) { numbers.append($0) }
      if wakes != nil { for number in numbers { events.noteWakes(number) } }
    }
    let findsWakers = wakes != nil
    if options.findsWakers, !findsWakers { notes.append(.wakersNotFound) }
    delivery = RecordDelivery(
      layout: plan.layout, eventNumbers: events.numbers, processes: sampled, follower: follower)
    description = SamplerDescription(
      name: plan.name, events: plan.isAskedFor ? plan.events.map(\.event) : [], waits: plan.waits,
      findsWakers: findsWakers,
      frequency: plan.frequency,
      excludesKernel: plan.excludesKernel,
      samplesCPUs: arrangement != .threads, ringBytes: ringSet.totalBytes, dumpBytes: plan.dumpBytes, notes: notes)
    if isFiltered {
      delivery.processes.admit(processes)
      if case .suspended(let pid) = target { delivery.processes.awaitExec(of: pid) }
      if let filter {
        events.attach(filter)
        delivery.processes.filter = filter
      }
    }
    waits = plan.waits
    if let switches = plan.switches, arrangement != .threads {
      pace = SwitchPace(samples: events.opened(switches), records: events.opened(switches + 1), isDouble: findsWakers)
    }
    self.awaited = awaited
    self.ringSet = ringSet
    self.follower = follower
    self.processes = known
    hasEnd = target != .allProcesses
    wakeDescriptor = options.wakeDescriptor
    if case .suspended = target { isDescribed = true } else { isDescribed = false }
  }

  /// Whether this process may be sampled so; throws what a sampler would.
  package static func check(_ options: SamplingOptions) throws(SamplingError) {
    var notes: [SamplingNote] = []
    _ = try PerfPlan.probe(options, notes: &notes)
  }

  private func answerBell() {
    // Without the filter, processes may have other numbers for the program than in records.
    follower?.answerBell { delivery.processes.filter == nil || delivery.processes.isTarget($0) }
  }

  /// Waits for records, at most the given time, and hands them to `handler` in order of time.
  package mutating func poll(timeoutMilliseconds: Int32, handler: inout some SamplingHandler & ~Copyable)
    throws(SamplingError) -> SamplerState
  {
    answerBell()
    describeProcesses(handler: &handler)
    try wait(timeoutMilliseconds)
    answerBell()
    watchPace(handler: &handler)
    // Asked before the rings are read: what an ended target wrote is then complete.
    let state = state()
    drain(until: state == .running ? MachineClock.monotonic - RecordMerge.slack : .max, handler: &handler)
    guard delivery.processes.isFiltered, state == .allTargetsExited else { return state }
    // A process that made another one and ended has left its record of that in the rings.
    var births: Int
    repeat {
      if delivery.processes.hasLiveProcess { return .running }
      births = delivery.processes.births
      drain(until: .max, handler: &handler)
    } while delivery.processes.births != births
    return .allTargetsExited
  }

  /// Has the kernel copy the rest of these stacks with their samples from now on, where it's allowed.
  package mutating func follow(_ stacks: [OutgrownStack]) {
    if stacks.contains(where: \.isCut) { hasOutgrownStacks = true }
    follower?.follow(stacks)
  }

  /// Has the kernel copy the tasks of these processes with their samples from now on, where it's allowed.
  package mutating func follow(tasks: [(pid: Int32, slot: TaskSlot?)]) -> Bool {
    var areCopied = events.isProgramAttached
    for (pid, slot) in tasks where follower?.follow(slot, of: pid) != true { areCopied = false }
    if !areCopied { isWithoutTasks = true }
    return areCopied
  }

  /// Closes the events and hands over what they left in the rings.
  package mutating func finish(handler: inout some SamplingHandler & ~Copyable) throws(SamplingError) {
    describeProcesses(handler: &handler)
    events.removeAll()
    wakes?.removeAll()
    drain(until: .max, handler: &handler)
  }

  /// Whether a program drops other processes' samples before they are made.
  private var dropsOthers: Bool {
    delivery.processes.isFiltered && delivery.processes.filter != nil && events.isProgramAttached
  }

  private mutating func drain(until horizon: UInt64, handler: inout some SamplingHandler & ~Copyable) {
    // Copied, being two numbers, so that the records' books needn't be.
    var merge = merge
    merge.drain(ringSet.all, until: horizon) { type, misc, bytes in
      delivery.deliver(type: type, misc: misc, bytes: bytes, handler: &handler)
    }
    self.merge = merge
    // Reading maps takes time, in which more is lost: not again and again.
    if ringSet.sidebandLosses > describedLosses, MachineClock.monotonic > lastDescription + 1_000_000_000 {
      describedLosses = ringSet.sidebandLosses
      delivery.processes.describeAfterLoss(handler: &handler)
      lastDescription = MachineClock.monotonic
    }
  }

  private mutating func describeProcesses(handler: inout some SamplingHandler & ~Copyable) {
    guard !isDescribed else { return }
    isDescribed = true
    for pid in processes { delivery.processes.describe(pid: pid, handler: &handler) }
    lastDescription = MachineClock.monotonic
    if waits != .none { scan.look(at: processes, awaited: awaited, handler: &handler) }
  }

  /// Follows how often threads are switched; where not each switch is sampled, looks for threads that wait.
  private mutating func watchPace(handler: inout some SamplingHandler & ~Copyable) {
    guard pace != nil else { return }
    let delivered = dropsOthers ? delivery.switchSamples : nil
    if pace?.adapt(delivered: delivered) == true, let interval = pace?.interval {
      // What the rings hold belongs to the pace before.
      drain(until: MachineClock.monotonic - RecordMerge.slack, handler: &handler)
      handler.pace(interval)
      scan.forget()
      scan.look(at: delivery.processes.liveProcesses, awaited: awaited, handler: &handler)
    }
    guard let interval = pace?.interval, interval > 1, scan.isDue else { return }
    // Of threads that were woken since: what they wait for now is another wait.
    if awaited != nil { drain(until: MachineClock.monotonic - RecordMerge.slack, handler: &handler) }
    scan.look(at: delivery.processes.liveProcesses, awaited: awaited, handler: &handler)
  }

  /// Waits for a ring to fill to its watermark, the end of a target, input to wake by, or the time.
  private mutating func wait(_ timeout: Int32) throws(SamplingError) {
    var waits = (ringSet.owners + ringSet.sideband.map(\.descriptor)).map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    waits += exits.descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    if let follower { waits.append(pollfd(fd: follower.descriptor, events: Int16(POLLIN), revents: 0)) }
    if let wakeDescriptor { waits.append(pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0)) }
    // Once the targets themselves have ended, their children's end shows at the events that these inherited from.
    // All of a ring's events share one flag of readiness, so that these must ask for input as well.
    if hasEnd, exits.allEnded { waits += events.watched.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) } }
    // SAFETY: the array lives through the call.
    guard unsafe Glibc.poll(&waits, nfds_t(waits.count), timeout) >= 0 || errno == EINTR else {
      throw .system(call: "poll", errno: errno)
    }
  }

  private mutating func state() -> SamplerState {
    guard hasEnd else { return .running }
    exits.refresh()
    guard exits.allEnded else { return .running }
    if delivery.processes.isFiltered { return delivery.processes.hasLiveProcess ? .running : .allTargetsExited }
    events.dropEnded { event in
      var wait = pollfd(fd: event, events: 0, revents: 0)
      // SAFETY: one element, alive during the call.
      return unsafe Glibc.poll(&wait, 1, 0) == 1 && wait.revents & Int16(POLLHUP) != 0
    }
    return events.watched.isEmpty ? .allTargetsExited : .running
  }
}
