import ProfileModel
import TextWriting

extension ResourceUse {
  /// What the threads did: `4 threads, 12.0 s together: 3.10 s on a CPU, 52.0 ms ready to run, 8.85 s blocked`; nil where
  /// that isn't known.
  package var threadsText: String? {
    guard let threads, threads.wall > 0 else { return nil }
    var text = "\(threads.count.grouped) \(threads.count == 1 ? "thread" : "threads"), "
    text += threads.wall.exactSecondsText + (threads.count == 1 ? "" : " together")
    text += ": \(threads.onCPU.exactSecondsText) on a CPU, \(threads.runnable.exactSecondsText) ready to run, "
    text += "\(threads.blocked.exactSecondsText) blocked"
    guard threads.unread > 0.05 * threads.wall else { return text }
    return text + "; \(threads.unread.exactSecondsText) more, of threads that ended, is not known"
  }

  /// What the machine did: `2 CPUs 55.0 % busy, 3.0 % stolen by the host; tasks waited for a CPU 12.0 % of the time`; nil
  /// where that isn't known.
  package var machineText: String? {
    guard let machine, machine.seconds > 0, machine.cpus > 0 else { return nil }
    var parts = [
      "\(machine.cpus) \(machine.cpus == 1 ? "CPU" : "CPUs") \(machine.share(of: machine.busy).percent) busy"
    ]
    if machine.stolen > 0 { parts.append("\(machine.share(of: machine.stolen).percent) taken by the host") }
    if machine.waitingForDisk > 0 {
      parts.append("\(machine.share(of: machine.waitingForDisk).percent) idle for a disk")
    }
    let waits = [("a CPU", pressure.cpu), ("memory", pressure.memory), ("I/O", pressure.io)].compactMap {
      name, seconds in
      seconds.flatMap { $0 > 0 ? "for \(name) \(min(1, $0 / machine.seconds).percent)" : nil }
    }
    let waited = waits.isEmpty ? "" : "; some task waited \(waits.joined(separator: ", ")) of the time"
    return parts.joined(separator: ", ") + waited
  }

  /// What went wrong or was held up: quotas, limits of memory, pages from a disk; nil where nothing was.
  package var limitsText: String? {
    var parts: [String] = []
    if let limits {
      if limits.throttledPeriods > 0 {
        parts.append(
          "its CPU quota held the control group up \(limits.throttledPeriods.grouped) times, for "
            + "\(limits.throttledSeconds.exactSecondsText) in all")
      }
      if limits.memoryLimitHits > 0 {
        parts.append("met the control group's limit of memory \(limits.memoryLimitHits.grouped) times")
      }
      if limits.outOfMemoryKills > 0 { parts.append("\(limits.outOfMemoryKills.grouped) killed for want of memory") }
    }
    if let faults = majorFaults, faults > 0 {
      parts.append("waited for \(faults.grouped) \(faults == 1 ? "page" : "pages") from a disk")
    }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }
}
