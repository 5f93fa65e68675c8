import ProfileModel
import RecordingSchema
import SwiftProtobuf

extension ResourceUse {
  var message: Recording_ResourceUse {
    .with {
      if let threads { $0.threads = threads.message }
      if let majorFaults { $0.majorFaults = majorFaults }
      if let machine { $0.machine = machine.message }
      if let seconds = pressure.cpu { $0.cpuPressureSeconds = seconds }
      if let seconds = pressure.memory { $0.memoryPressureSeconds = seconds }
      if let seconds = pressure.io { $0.ioPressureSeconds = seconds }
      if let limits { $0.limits = limits.message }
    }
  }

  /// As it was written; what can't be is taken for nothing.
  init(_ message: Recording_ResourceUse) {
    self.init()
    if message.hasThreads { threads = Threads(message.threads) }
    if message.hasMajorFaults { majorFaults = message.majorFaults }
    if message.hasMachine { machine = Machine(message.machine) }
    if message.hasCpuPressureSeconds { pressure.cpu = ProfileMetadata.amount(message.cpuPressureSeconds) }
    if message.hasMemoryPressureSeconds { pressure.memory = ProfileMetadata.amount(message.memoryPressureSeconds) }
    if message.hasIoPressureSeconds { pressure.io = ProfileMetadata.amount(message.ioPressureSeconds) }
    if message.hasLimits { limits = Limits(message.limits) }
  }
}

extension ResourceUse.Threads {
  fileprivate var message: Recording_ResourceUse.Threads {
    .with {
      ($0.count, $0.wallSeconds, $0.onCpuSeconds) = (count, wall, onCPU)
      ($0.runnableSeconds, $0.unreadSeconds) = (runnable, unread)
    }
  }

  fileprivate init(_ message: Recording_ResourceUse.Threads) {
    self.init()
    count = message.count
    wall = ProfileMetadata.amount(message.wallSeconds)
    onCPU = ProfileMetadata.amount(message.onCpuSeconds)
    runnable = ProfileMetadata.amount(message.runnableSeconds)
    unread = ProfileMetadata.amount(message.unreadSeconds)
  }
}

extension ResourceUse.Machine {
  fileprivate var message: Recording_ResourceUse.Machine {
    .with {
      ($0.cpus, $0.seconds, $0.busySeconds) = (cpus, seconds, busy)
      ($0.stolenSeconds, $0.diskWaitSeconds) = (stolen, waitingForDisk)
    }
  }

  fileprivate init(_ message: Recording_ResourceUse.Machine) {
    self.init()
    cpus = message.cpus
    seconds = ProfileMetadata.amount(message.seconds)
    busy = ProfileMetadata.amount(message.busySeconds)
    stolen = ProfileMetadata.amount(message.stolenSeconds)
    waitingForDisk = ProfileMetadata.amount(message.diskWaitSeconds)
  }
}

extension ResourceUse.Limits {
  fileprivate var message: Recording_ResourceUse.Limits {
    .with {
      ($0.throttledSeconds, $0.throttledPeriods) = (throttledSeconds, throttledPeriods)
      ($0.memoryLimitHits, $0.outOfMemoryKills) = (memoryLimitHits, outOfMemoryKills)
    }
  }

  fileprivate init(_ message: Recording_ResourceUse.Limits) {
    self.init()
    throttledSeconds = ProfileMetadata.amount(message.throttledSeconds)
    throttledPeriods = message.throttledPeriods
    memoryLimitHits = message.memoryLimitHits
    outOfMemoryKills = message.outOfMemoryKills
  }
}
