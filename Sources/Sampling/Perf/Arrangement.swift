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
  static func descriptorsNeeded(_ processes: [Int32], cpus: Int) -> Int {
    let threads = processes.reduce(0) { $0 + ProcessStatus.threads(of: $1).count }
    let open = (try? ProcFile.numbers(in: "/proc/self/fd"))?.count ?? 0
    return (threads + threads / 16) * cpus + processes.count + open + 64
  }
}

extension TargetEvents {
  /// Opens the events for a target, by the arrangement that suits it and this user.
  mutating func attach(
    to target: SamplingTarget, processes: [Int32], plan: PerfPlan, rings: borrowing RingSet, descriptorLimit: Int,
    spread: EventSpread = .automatic
  ) throws(SystemCallError) -> Arrangement {
    guard target != .allProcesses else {
      try attachToMachine(plan: plan, rings: rings)
      return .machine
    }
    let needed = Arrangement.descriptorsNeeded(processes, cpus: rings.cpus.count)
    if spread == .automatic || needed > descriptorLimit || needed > Arrangement.mostThreadEvents {
      do {
        try attachToMachine(plan: plan, rings: rings)
        return .filteredMachine
      } catch {
        removeAll()
        guard needed <= descriptorLimit else { throw SystemCallError(number: EMFILE) }
      }
    }
    if case .suspended(let pid) = target {
      try attach(thread: pid, plan: plan, rings: rings, isSuspended: true)
    } else {
      try attach(toThreadsOf: processes, plan: plan, rings: rings)
    }
    return .threads
  }
}
