import CLinuxPerf
import Glibc
import Processes
import ProfileModel

/// Which events are sampled and what their records hold: the rung of the ladder that this machine and user allow.
///
///     hardware cycles ──► cpu-clock        where there is no counter, unless events were asked for
///     user and kernel ──► user only        where kernel code may not be seen
struct PerfPlan: Hashable {
  /// What makes a sample due; never empty.
  var events: [PlannedEvent]
  /// Whether these events were asked for, and not chosen to tell CPU time.
  var isAskedFor = false
  /// What of threads' waiting is sampled, by the events behind those of CPU time.
  var waits = WaitSampling.none
  var excludesKernel: Bool
  var frequency: UInt32
  var dumpBytes: UInt32
  /// Whether records of mappings tell the build ID, as the kernel reads it at the time (Linux 5.12), instead of the inode.
  var readsBuildIDs = true

  var name: String {
    "perf:" + events.filter { !$0.recordsSwitches }.map(\.event.name).joined(separator: ",")
  }
  /// Whether there are several events, or such whose samples don't say what they stand for.
  var hasNumbers: Bool { isAskedFor || waits != .none }
  /// The event whose samples are switches.
  var switches: Int? { waits == .none ? nil : events.firstIndex { $0 == .switches } }
  var layout: SampleLayout { SampleLayout(hasCallChain: !excludesKernel, hasEventNumber: events.count > 1) }

  /// Samples a second to have room for.
  var mostSamples: UInt32 {
    let isCounted = events.contains { $0.fixedPeriod != nil }
    return UInt32(clamping: UInt64(max(frequency, isCounted ? 4_000 : 0)) * UInt64(events.count))
  }

  /// Stack bytes of an event that is counted one by one: room in the rings for a burst of them.
  private static let countedDumpBytes: UInt32 = 16_384

  /// Finds the highest rung by opening events on the calling thread.
  static func probe(_ options: SamplingOptions, notes: inout [SamplingNote]) throws(SamplingError) -> PerfPlan {
    let isAskedFor = !options.events.isEmpty
    let isCounted = options.events.contains { $0.count != nil } || options.waits != .none
    let usual: [PlannedEvent] =
      switch options.waits {
      case .none: [.cycles]
      case .waits: [.switches, .switchRecords]
      // A clock: what is added to other times must be one.
      case .wall: [.cpuClock, .switches, .switchRecords]
      }
    var plan = PerfPlan(
      events: isAskedFor ? options.events.map(PlannedEvent.init) : usual, isAskedFor: isAskedFor,
      waits: options.waits,
      excludesKernel: options.excludesKernel, frequency: max(1, options.frequency),
      dumpBytes: min(isCounted ? countedDumpBytes : 65_528, options.dumpBytes) & ~7)
    if let limit = KernelLimits.maxSampleRate, limit > 0, plan.frequency > limit {
      plan.frequency = UInt32(clamping: limit)
      notes.append(.frequencyLimited(requested: options.frequency, limit: plan.frequency))
    }
    while let (event, failure) = plan.failure() {
      switch failure {
      case EACCES, EPERM:
        guard !plan.excludesKernel else {
          let paranoid = KernelLimits.paranoid
          throw isAskedFor && event.event.isOfKernel
            ? .eventNotPermitted(name: event.event.name, paranoid: paranoid, errno: failure)
            : .notPermitted(paranoid: paranoid, errno: failure)
        }
        plan.excludesKernel = true
        notes.append(.kernelExcluded(paranoid: KernelLimits.paranoid))
      // What an older kernel says of a bit that it does not know.
      case EINVAL where plan.readsBuildIDs: plan.readsBuildIDs = false
      case ENOSYS: throw .perfUnavailable(errno: failure)
      default:
        guard !isAskedFor else { throw .eventUnavailable(name: event.event.name, errno: failure) }
        guard event == .cycles else { throw .perfUnavailable(errno: failure) }
        plan.events = [.cpuClock]
        notes.append(.noHardwareCycles(errno: failure))
      }
    }
    return plan
  }

  /// The first event that can't be opened on the calling thread, with the errno; nil when all can.
  private func failure() -> (PlannedEvent, errno: Int32)? {
    for event in events {
      var attributes = attributes(of: event, isCarrier: true, isSuspended: true, inherits: true)
      // SAFETY: the kernel reads the attributes during the call.
      let descriptor = unsafe clp_perf_event_open(&attributes, 0, -1, -1, UInt(PERF_FLAG_FD_CLOEXEC))
      guard descriptor >= 0 else { return (event, errno) }
      close(descriptor)
    }
    return nil
  }

  /// A sampling event of this plan: `isSuspended` for a target whose exec is to come, `isCarrier` for the one whose
  /// records tell of mappings, names, births and ends as well.
  func attributes(
    of event: PlannedEvent, isCarrier: Bool, isSuspended: Bool, inherits: Bool
  ) -> perf_event_attr {
    var attributes = Self.commonAttributes()
    event.configure(&attributes, frequency: frequency)
    var layout = layout
    layout.hasPeriod = event.fixedPeriod == nil
    if event == .wakes { layout = layout.ofWakes }
    attributes.sample_type = layout.sampleType
    attributes.sample_regs_user = layout.registerMask
    attributes.sample_stack_user = dumpBytes
    attributes.exclude_callchain_user = 1
    // What happens in the kernel only is no kernel code: it's shown by the user's stack that led there.
    attributes.exclude_kernel = excludesKernel && !event.event.isOfKernel ? 1 : 0
    attributes.exclude_hv = 1
    attributes.exclude_idle = 1
    attributes.inherit = inherits ? 1 : 0
    attributes.disabled = isSuspended ? 1 : 0
    attributes.enable_on_exec = isSuspended ? 1 : 0
    attributes.context_switch = event.recordsSwitches ? 1 : 0
    if isCarrier { tellOfProcesses(&attributes) }
    return attributes
  }

  private func tellOfProcesses(_ attributes: inout perf_event_attr) {
    attributes.mmap = 1
    attributes.mmap2 = 1
    attributes.build_id = readsBuildIDs ? 1 : 0
    attributes.comm = 1
    attributes.comm_exec = 1
    attributes.task = 1
  }

  /// An event on a CPU that counts nothing and tells of mappings, names, births and ends there, in a ring of its own.
  func sidebandAttributes(watermark: UInt32) -> perf_event_attr {
    var attributes = ringOwnerAttributes(watermark: watermark)
    tellOfProcesses(&attributes)
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
