import ProfileModel
import TextWriting
import Wording

/// Hints from what the kernel accounts beside the samples: a CPU that wasn't to be had, and what else held the targets up.
extension ProfileHint {
  /// Shares below which it's not worth a word.
  private static let leastWait = 0.1
  private static let leastStolen = 0.05
  private static let leastPressure = 0.05
  /// A machine that leaves no CPU to wait for.
  private static let crowded = 0.85
  /// Threads that wanted a CPU for less tell nothing.
  private static let leastSeconds = 0.1

  static func resourceHints(_ use: ResourceUse, seconds: Double) -> [ProfileHint] {
    guard seconds > 0 else { return [] }
    var hints: [ProfileHint] = []
    let throttled = use.limits?.throttledSeconds ?? 0
    if let limits = use.limits, limits.throttledPeriods > 0, throttled / seconds >= leastPressure {
      hints.append(
        ProfileHint(
          kind: "cpu-quota", share: min(1, throttled / seconds),
          text: "The control group's CPU quota held it up in \(limits.throttledPeriods.grouped) periods, for "
            + "\(throttled.fixed(2)) s in \(seconds.fixed(2)) s: raise the quota, or run fewer threads at "
            + "a time"))
    }
    if let threads = use.threads, let share = threads.waitShare, share >= leastWait,
      threads.onCPU + threads.runnable >= leastSeconds, throttled < threads.runnable / 2
    {
      let busy = use.machine.map { $0.share(of: $0.busy) } ?? 1
      let machine = use.machine == nil ? "" : ", with the machine's CPUs \(busy.percent) busy"
      hints.append(
        ProfileHint(
          kind: "waits-for-cpu", share: share,
          text: "Of the time that its threads wanted a CPU they waited \(share.percent) for one\(machine): "
            + (busy >= crowded
              ? "more threads than CPUs are ready to run"
              : "it may be bound to some of them (taskset, cpuset), or busy for moments only")))
    }
    if let machine = use.machine, machine.share(of: machine.stolen) >= leastStolen {
      let share = machine.share(of: machine.stolen)
      hints.append(
        ProfileHint(
          kind: "stolen", share: share,
          text: "The host gave \(share.percent) of this machine's CPU time to others: times differ from run to run"))
    }
    if let waited = use.pressure.memory, waited / seconds >= leastPressure {
      hints.append(
        ProfileHint(
          kind: "memory-pressure", share: min(1, waited / seconds),
          text: "For \(min(1, waited / seconds).percent) of the time some task of the machine waited for memory to be "
            + "freed or to come back from a disk: there is too little of it"))
    }
    return hints
  }
}
