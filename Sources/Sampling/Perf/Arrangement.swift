import Glibc
import Processes

/// How events are spread over targets and CPUs.
enum Arrangement: Hashable {
  /// An event for each thread and CPU, inherited by what the threads make.
  case threads
  /// An event for each CPU, whatever runs there.
  case machine
  /// As `machine`, and samples of other processes than the targets are dropped.
  case filteredMachine

  /// Events beyond which one for each thread and CPU takes the kernel too long to make: some 20 microseconds each.
  static let mostThreadEvents = 10_000

  /// Descriptors for an event for each thread and CPU, with some for everything else that is open or will be.
  static func descriptorsNeeded(_ processes: [Int32], cpus: Int, events: Int = 1) -> Int {
    let threads = processes.reduce(0) { $0 + ProcessStatus.threads(of: $1).count }
    let open = (try? ProcFile.numbers(in: "/proc/self/fd"))?.count ?? 0
    return (threads + threads / 16) * cpus * events + processes.count + open + 64
  }
}

extension TargetEvents {
  /// Opens the events for a target, by the arrangement that suits it and this user.
  mutating func attach(
    to target: SamplingTarget, processes: [Int32], plan: PerfPlan, rings: inout RingSet, descriptorLimit: Int,
    spread: EventSpread = .automatic
  ) throws(SystemCallError) -> Arrangement {
    let all = Array(plan.events.indices)
    guard target != .allProcesses else {
      try attachToMachine(events: all, plan: plan, rings: &rings)
      return .machine
    }
    let needed = Arrangement.descriptorsNeeded(processes, cpus: rings.cpus.count, events: all.count)
    let isCrowd = needed > descriptorLimit || needed > Arrangement.mostThreadEvents
    // What is counted one by one is seen on threads as well as on CPUs, and there it costs nobody else anything.
    let onThreads = isCrowd ? [] : all.filter { plan.isAskedFor && plan.events[$0].suitsThreads }
    let onCPUs = all.filter { !onThreads.contains($0) }
    func attach(
      _ events: [Int], carrier: Int?, to self: inout Self
    ) throws(SystemCallError) {
      if case .suspended(let pid) = target {
        try self.attach(
          thread: pid, events: events, carrier: carrier, plan: plan, rings: rings, isSuspended: true)
      } else {
        try self.attach(toThreadsOf: processes, events: events, carrier: carrier, plan: plan, rings: rings)
      }
    }
    if !onCPUs.isEmpty, spread == .automatic || isCrowd {
      do {
        try attachToMachine(events: onCPUs, plan: plan, rings: &rings)
        if !onThreads.isEmpty { try attach(onThreads, carrier: nil, to: &self) }
        // Who still lives is told by the machine's records.
        watchNone()
        return .filteredMachine
      } catch {
        removeAll()
        rings.closeSideband()
        guard needed <= descriptorLimit else { throw SystemCallError(number: EMFILE) }
      }
    }
    try attach(all, carrier: 0, to: &self)
    return .threads
  }
}
