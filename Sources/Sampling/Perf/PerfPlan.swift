import CLinuxPerf
import Glibc
import Processes

/// Which event is sampled and what its records hold: the rung of the ladder that this machine and user allow.
///
///     hardware cycles ──► cpu-clock        where there is no counter
///     user and kernel ──► user only        where kernel code may not be seen
struct PerfPlan: Hashable {
  /// What makes a sample due.
  enum Source: Hashable {
    /// PERF_COUNT_HW_CPU_CYCLES, whose period the kernel adapts to the frequency.
    case cycles
    /// PERF_COUNT_SW_CPU_CLOCK, a timer that runs while the thread does.
    case cpuClock
  }
  var source: Source
  var excludesKernel: Bool
  var frequency: UInt32
  var dumpBytes: UInt32
  /// Whether records of mappings tell the build ID, as the kernel reads it at the time (Linux 5.12), instead of the inode.
  var readsBuildIDs = true

  var name: String { source == .cycles ? "perf:cycles" : "perf:cpu-clock" }
  var layout: SampleLayout { SampleLayout(hasCallChain: !excludesKernel) }

  /// Finds the highest rung by opening events on the calling thread.
  static func probe(_ options: SamplingOptions, notes: inout [SamplingNote]) throws(SamplingError) -> PerfPlan {
    var plan = PerfPlan(
      source: .cycles, excludesKernel: options.excludesKernel, frequency: max(1, options.frequency),
      dumpBytes: min(65_528, options.dumpBytes) & ~7)
    if let limit = KernelLimits.maxSampleRate, limit > 0, plan.frequency > limit {
      plan.frequency = UInt32(clamping: limit)
      notes.append(.frequencyLimited(requested: options.frequency, limit: plan.frequency))
    }
    while let failure = plan.failure() {
      switch failure {
      case EACCES, EPERM:
        guard !plan.excludesKernel else {
          throw .notPermitted(paranoid: KernelLimits.paranoid, errno: failure)
        }
        plan.excludesKernel = true
        notes.append(.kernelExcluded(paranoid: KernelLimits.paranoid))
      // What an older kernel says of a bit that it does not know.
      case EINVAL where plan.readsBuildIDs: plan.readsBuildIDs = false
      case ENOSYS: throw .perfUnavailable(errno: failure)
      default:
        guard plan.source == .cycles else { throw .perfUnavailable(errno: failure) }
        plan.source = .cpuClock
        notes.append(.noHardwareCycles(errno: failure))
      }
    }
    return plan
  }

  /// The errno of opening such an event on the calling thread; nil when it works.
  private func failure() -> Int32? {
    var attributes = attributes(isSuspended: true, inherits: true)
    // SAFETY: the kernel reads the attributes during the call.
    let descriptor = unsafe clp_perf_event_open(&attributes, 0, -1, -1, UInt(PERF_FLAG_FD_CLOEXEC))
    guard descriptor >= 0 else { return errno }
    close(descriptor)
    return nil
  }

  /// The sampling event of this plan: `isSuspended` for a target whose exec is to come.
  func attributes(isSuspended: Bool, inherits: Bool) -> perf_event_attr {
    var attributes = Self.commonAttributes()
    switch source {
    case .cycles:
      attributes.type = PERF_TYPE_HARDWARE.rawValue
      attributes.config = UInt64(PERF_COUNT_HW_CPU_CYCLES.rawValue)
      attributes.freq = 1
      attributes.sample_freq = UInt64(frequency)
    case .cpuClock:
      attributes.type = PERF_TYPE_SOFTWARE.rawValue
      attributes.config = UInt64(PERF_COUNT_SW_CPU_CLOCK.rawValue)
      // In nanoseconds. The kernel would turn a frequency into just this period.
      attributes.sample_period = 1_000_000_000 / UInt64(frequency)
    }
    attributes.sample_type = layout.sampleType
    attributes.sample_regs_user = layout.registerMask
    attributes.sample_stack_user = dumpBytes
    attributes.exclude_callchain_user = 1
    attributes.exclude_kernel = excludesKernel ? 1 : 0
    attributes.exclude_hv = 1
    attributes.exclude_idle = 1
    attributes.inherit = inherits ? 1 : 0
    attributes.disabled = isSuspended ? 1 : 0
    attributes.enable_on_exec = isSuspended ? 1 : 0
    attributes.mmap = 1
    attributes.mmap2 = 1
    attributes.build_id = readsBuildIDs ? 1 : 0
    attributes.comm = 1
    attributes.comm_exec = 1
    attributes.task = 1
    return attributes
  }

  /// An event that counts nothing, on the calling thread: it owns a ring, and outlives every target.
  func ringOwnerAttributes(watermark: UInt32) -> perf_event_attr {
    var attributes = Self.commonAttributes()
    attributes.type = PERF_TYPE_SOFTWARE.rawValue
    attributes.config = UInt64(PERF_COUNT_SW_DUMMY.rawValue)
    attributes.sample_type =
      layout.sampleType & ~UInt64(
        PERF_SAMPLE_REGS_USER.rawValue | PERF_SAMPLE_STACK_USER.rawValue)
    attributes.exclude_kernel = 1
    attributes.exclude_hv = 1
    attributes.wakeup_watermark = watermark
    return attributes
  }

  private static func commonAttributes() -> perf_event_attr {
    var attributes = perf_event_attr()
    attributes.size = UInt32(MemoryLayout<perf_event_attr>.size)
    attributes.use_clockid = 1
    attributes.clockid = CLOCK_MONOTONIC
    attributes.sample_id_all = 1
    // Wake the reader by bytes, not by records.
    attributes.watermark = 1
    return attributes
  }
}
