/// The fields of `/proc/PID/task/TID/stat` that are needed.
package struct ThreadStat: Hashable {
  /// The short name (`comm`).
  package var name: String
  /// As `ProcessStatus.state` has it.
  package var state: Character
  /// The process that made its process, or took it over.
  package var parent: Int32
  /// `PF_` flags of the kernel's `sched.h`.
  package var flags: UInt32
  /// User and system time in clock ticks.
  package var cpuTicks: UInt64
  /// What of them and of `childTicks` is system time.
  package var kernelTicks: UInt64 = 0
  /// User and system time of children that were waited for.
  package var childTicks: UInt64 = 0
  /// Pages that it had to wait for a disk for; of a process, all its threads.
  package var majorFaults: UInt64 = 0
  /// When it began, in clock ticks since the machine did.
  package var startTicks: UInt64 = 0

  /// Whether it is the kernel's own.
  package var isKernelThread: Bool { flags & Self.kernelThread != 0 }

  /// Whether it has ended and only waits for its parent.
  package var isZombie: Bool { state == "Z" || state == "X" }

  /// PF_KTHREAD of the kernel's `sched.h`.
  private static let kernelThread: UInt32 = 0x0020_0000

  /// A process of which these facts are known.
  package init(name: String, parent: Int32 = 0, isKernelThread: Bool = false, startTicks: UInt64 = 0) {
    (self.name, self.parent, self.startTicks) = (name, parent, startTicks)
    (state, cpuTicks) = ("S", 0)
    flags = isKernelThread ? Self.kernelThread : 0
  }

  /// A process's; nil when it's gone.
  package init?(of pid: Int32) {
    guard let bytes = try? ProcFile.read("/proc/\(pid)/stat", limit: 1 << 16) else { return nil }
    self.init(bytes)
  }

  /// Nil for what is no stat line. The name stands in parentheses and may hold any byte, `)` too: the last one counts.
  package init?(_ bytes: [UInt8]) {
    guard let open = bytes.firstIndex(of: UInt8(ascii: "(")), let close = bytes.lastIndex(of: UInt8(ascii: ")")),
      open < close
    else { return nil }
    name = String(decoding: bytes[(open + 1)..<close], as: UTF8.self)
    let fields = bytes[(close + 1)...].split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") })
      .map { String(decoding: $0, as: UTF8.self) }
    guard fields.count >= 13, let state = fields[0].first, let parent = Int32(fields[1]),
      let flags = UInt32(fields[6]), let user = UInt64(fields[11]), let system = UInt64(fields[12])
    else { return nil }
    self.state = state
    self.parent = parent
    self.flags = flags
    cpuTicks = user &+ system
    majorFaults = UInt64(fields[9]) ?? 0
    guard fields.count >= 15, let childUser = UInt64(fields[13]), let childSystem = UInt64(fields[14]) else { return }
    childTicks = childUser &+ childSystem
    kernelTicks = system &+ childSystem
    if fields.count >= 20, let start = UInt64(fields[19]) { startTicks = start }
  }
}
