import ProfileModel

/// Where what records don't tell of processes is asked for: the live machine, or what a test makes up.
package protocol ProcessSource: Sendable {
  /// Every process there is, by number.
  func processes() -> [Int32]

  /// A process's name, parent and state; nil when it's gone.
  func stat(of pid: Int32) -> ThreadStat?

  /// The threads of a process, by number; none when it's gone.
  func threads(of pid: Int32) -> [Int32]

  /// A thread's short name; nil when it's gone.
  func name(ofThread tid: Int32, of pid: Int32) -> String?

  /// A process's mappings by address, all or those that may hold code; nil when it's gone or closed to us.
  func mappings(of pid: Int32, executableOnly: Bool) -> [Mapping]?

  /// The memory of a process, by the number of one of its threads that lives.
  func memory(of tid: Int32) -> any ReadableMemory
}

/// The processes of this machine, as `/proc` shows them now.
package struct LiveProcesses: ProcessSource {
  /// This machine.
  package init() {}

  package func processes() -> [Int32] { ProcessStatus.allProcesses() }

  package func stat(of pid: Int32) -> ThreadStat? { ThreadStat(of: pid) }

  package func threads(of pid: Int32) -> [Int32] { ProcessStatus.threads(of: pid) }

  package func name(ofThread tid: Int32, of pid: Int32) -> String? { ProcessStatus.threadName(pid: pid, tid: tid) }

  package func mappings(of pid: Int32, executableOnly: Bool) -> [Mapping]? {
    try? ProcessMaps.read(pid: pid, executableOnly: executableOnly)
  }

  package func memory(of tid: Int32) -> any ReadableMemory { ProcessMemory(pid: tid) }
}

/// A machine that knows nobody, so that only records tell: for records from elsewhere.
package struct NoProcesses: ProcessSource {
  /// Nobody.
  package init() {}

  package func processes() -> [Int32] { [] }

  package func stat(of pid: Int32) -> ThreadStat? { nil }

  package func threads(of pid: Int32) -> [Int32] { [] }

  package func name(ofThread tid: Int32, of pid: Int32) -> String? { nil }

  package func mappings(of pid: Int32, executableOnly: Bool) -> [Mapping]? { nil }

  package func memory(of tid: Int32) -> any ReadableMemory { NoMemory() }
}
