import ProfileModel
import TextWriting

extension ResourceUse {
  /// Writes the value of `resources`; what is not known is null.
  func write(to json: inout JSONWriter) {
    json.object { json in
      json.key("threads")
      if let threads {
        json.object { json in
          json.member("count", threads.count)
          json.member("wallSeconds", threads.wall)
          json.member("onCPUSeconds", threads.onCPU)
          json.member("runnableSeconds", threads.runnable)
          json.member("blockedSeconds", threads.blocked)
          json.member("unreadSeconds", threads.unread)
        }
      } else {
        json.value(nil)
      }
      json.member("majorFaults", majorFaults)
      json.key("machine")
      if let machine {
        json.object { json in
          json.member("cpus", machine.cpus)
          json.member("busySeconds", machine.busy)
          json.member("stolenSeconds", machine.stolen)
          json.member("diskWaitSeconds", machine.waitingForDisk)
        }
      } else {
        json.value(nil)
      }
      json.key("pressure")
      json.object { json in
        json.member("cpuSeconds", pressure.cpu)
        json.member("memorySeconds", pressure.memory)
        json.member("ioSeconds", pressure.io)
      }
      json.key("limits")
      if let limits {
        json.object { json in
          json.member("throttledSeconds", limits.throttledSeconds)
          json.member("throttledPeriods", limits.throttledPeriods)
          json.member("memoryLimitHits", limits.memoryLimitHits)
          json.member("outOfMemoryKills", limits.outOfMemoryKills)
        }
      } else {
        json.value(nil)
      }
    }
  }
}
