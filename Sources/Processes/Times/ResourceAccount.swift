import ProfileModel

/// What the machine and the targets' control groups did since a moment: the difference of two looks.
package struct ResourceAccount: Sendable {
  private let start: ResourceReading

  /// Begins now.
  ///
  /// - Parameter targets: The processes whose limits are of interest; nil for those of the whole machine.
  package init(of targets: [Int32]?) { start = ResourceReading(of: targets) }

  /// What was done since, without the targets' threads.
  package func use() -> ResourceUse {
    let now = start.again()
    var use = ResourceUse()
    use.machine = start.machine.flatMap { before in
      now.machine.map { Self.machine(before, $0, seconds: Double(now.time &- start.time) / 1e9) }
    }
    func since(_ path: KeyPath<ResourceReading, UInt64?>, perSecond: Double) -> Double? {
      guard let before = start[keyPath: path], let after = now[keyPath: path] else { return nil }
      return Double(after - min(after, before)) / perSecond
    }
    use.pressure.cpu = since(\.pressureCPU, perSecond: 1e6)
    use.pressure.memory = since(\.pressureMemory, perSecond: 1e6)
    use.pressure.io = since(\.pressureIO, perSecond: 1e6)
    use.majorFaults = Self.growth(start.faults, now.faults)
    use.limits = Self.limits(start.groups, now.groups)
    return use
  }

  private static func machine(_ before: IdleTimes, _ after: IdleTimes, seconds: Double) -> ResourceUse.Machine {
    func since(_ path: KeyPath<IdleTimes, UInt64>) -> Double {
      Double(after[keyPath: path] - min(after[keyPath: path], before[keyPath: path])) / 1e9
    }
    var machine = ResourceUse.Machine()
    machine.cpus = UInt64(KernelLimits.onlineCPUs().count)
    machine.seconds = seconds
    machine.stolen = since(\.stolen)
    machine.waitingForDisk = since(\.waitingForDisk)
    let idle = since(\.idle) + machine.waitingForDisk + machine.stolen
    machine.busy = max(0, seconds * Double(machine.cpus) - idle)
    return machine
  }

  /// The sum of what counts of the same processes grew by; nil for none.
  private static func growth(_ before: [Int32: UInt64], _ after: [Int32: UInt64]) -> UInt64? {
    guard !after.isEmpty else { return nil }
    return after.reduce(0) { sum, entry in
      let earlier = before[entry.key] ?? 0
      return sum &+ (entry.value - min(entry.value, earlier))
    }
  }

  /// What limits of these groups did; nil where none is known. A group and the one around it may both be held up by the
  /// same limit: of seconds and periods the most counts.
  private static func limits(_ before: [String: GroupReading], _ after: [String: GroupReading]) -> ResourceUse.Limits? {
    guard !after.isEmpty else { return nil }
    var limits = ResourceUse.Limits()
    for (folder, now) in after {
      guard let then = before[folder] else { continue }
      func since(_ path: KeyPath<GroupReading, UInt64>) -> UInt64 {
        now[keyPath: path] - min(now[keyPath: path], then[keyPath: path])
      }
      limits.throttledSeconds = max(limits.throttledSeconds, Double(since(\.throttledNanoseconds)) / 1e9)
      limits.throttledPeriods = max(limits.throttledPeriods, since(\.throttledPeriods))
      limits.memoryLimitHits = max(limits.memoryLimitHits, since(\.memoryLimitHits))
      limits.outOfMemoryKills = max(limits.outOfMemoryKills, since(\.outOfMemoryKills))
    }
    return limits
  }
}

/// Counters as they stand.
private struct ResourceReading: Sendable {
  let targets: [Int32]?
  let time: UInt64
  let machine: IdleTimes?
  /// In microseconds, as the two below.
  let pressureCPU: UInt64?
  let pressureMemory: UInt64?
  let pressureIO: UInt64?
  /// Major faults by process, of those that live.
  let faults: [Int32: UInt64]
  /// By folder: the targets' groups, and those around them.
  let groups: [String: GroupReading]

  init(of targets: [Int32]?, groupFolders: [String]? = nil) {
    self.targets = targets
    time = MachineClock.monotonic
    machine = IdleTimes()
    pressureCPU = Self.pressure("cpu")
    pressureMemory = Self.pressure("memory")
    pressureIO = Self.pressure("io")
    faults = (targets ?? []).reduce(into: [:]) { result, pid in result[pid] = ThreadStat(of: pid)?.majorFaults }
    let folders = groupFolders ?? ControlGroup.foldersWithLimits(of: targets ?? [])
    groups = folders.reduce(into: [:]) { result, folder in result[folder] = GroupReading(folder: folder) }
  }

  /// The same, now; of the groups that the targets were in then, since they may have ended.
  func again() -> ResourceReading { ResourceReading(of: targets, groupFolders: Array(groups.keys)) }

  /// `some avg10=0.13 avg60=10.72 avg300=22.50 total=38112308675`
  private static func pressure(_ resource: String) -> UInt64? {
    guard let line = ProcFile.text("/proc/pressure/\(resource)")?.split(separator: "\n").first,
      line.hasPrefix("some "), let total = line.split(separator: " ").last, total.hasPrefix("total=")
    else { return nil }
    return UInt64(total.dropFirst("total=".count))
  }
}

/// Counters of a control group.
private struct GroupReading: Sendable {
  var throttledNanoseconds: UInt64 = 0
  var throttledPeriods: UInt64 = 0
  var memoryLimitHits: UInt64 = 0
  var outOfMemoryKills: UInt64 = 0

  /// Nil where it counts none of these.
  init?(folder: String) {
    let cpu = ProcFile.text(folder + "/cpu.stat")
    let memory = ProcFile.text(folder + "/memory.events")
    // Version 1.
    let failures = ProcFile.number(folder + "/memory.failcnt")
    guard cpu != nil || memory != nil || failures != nil else { return nil }
    memoryLimitHits = UInt64(max(0, failures ?? 0))
    for (name, number) in Self.pairs(cpu) + Self.pairs(memory)
      + Self.pairs(ProcFile.text(folder + "/memory.oom_control"))
    {
      switch name {
      case "throttled_usec": throttledNanoseconds = number.multipliedReportingOverflow(by: 1000).partialValue
      // Version 1.
      case "throttled_time": throttledNanoseconds = number
      case "nr_throttled": throttledPeriods = number
      case "max": memoryLimitHits = number
      case "oom_kill": outOfMemoryKills = number
      default: continue
      }
    }
  }

  private static func pairs(_ text: String?) -> [(name: Substring, number: UInt64)] {
    (text ?? "").split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard words.count == 2, let number = UInt64(words[1]) else { return nil }
      return (words[0], number)
    }
  }
}
