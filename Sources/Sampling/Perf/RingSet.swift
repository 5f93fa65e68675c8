import CLinuxPerf
import Glibc
import Processes
import ProfileModel

/// A ring for each CPU, each owned by an event of this process that counts nothing, so that no target's end ends it.
///
/// Where CPUs are sampled, what processes do goes into rings of its own, so that a burst of samples costs samples, and
/// never the name or the mappings of a process.
///
///     CPU 0   samples ─────────────────────► ring of 16 samples and more
///             births, names, mappings, ends ► ring of its own, up to 512 KB
struct RingSet: ~Copyable {
  /// Those that samples are written into: one for each of `cpus`, in their order.
  let rings: [PerfRing]
  /// Those that only tell what processes do, of each CPU; empty where that stands between the samples.
  private(set) var sideband: [PerfRing] = [] {
    didSet { all = rings + sideband }
  }
  /// The processors that were online.
  let cpus: [Int32]
  /// The rings' events, to which the targets' are redirected; in the order of `cpus`.
  let owners: [Int32]
  /// How records lie in them.
  let layout: SampleLayout
  private var descriptors: DescriptorSet
  private var sidebandDescriptors = DescriptorSet()

  /// Every ring.
  private(set) var all: [PerfRing]

  /// Bytes in all rings.
  var totalBytes: Int { all.reduce(0) { $0 + $1.capacity } }

  /// How often records were lost that may have told what a process did.
  var sidebandLosses: UInt64 { (sideband.isEmpty ? rings : sideband).reduce(0) { $0 + $1.losses } }

  /// The least that a ring may hold.
  static let smallestRing = 1 << 16
  /// The most: a quarter of a second of full dumps at 999 Hz.
  static let largestRing = 1 << 24
  /// The most that a ring of what processes do may hold: 64 ms of four thousand programs that begin in a second.
  static let largestSideband = 1 << 19
  /// How many full samples a ring should have room for, lest a short delay of the reader cost samples.
  static let samplesPerRing = 16

  /// Opens the rings as large as wished for, or as allowed, and shortens the plan's dumps when they are small.
  init(plan: inout PerfPlan, budget: Int, notes: inout [SamplingNote]) throws(SamplingError) {
    let online = KernelLimits.onlineCPUs()
    let layout = plan.layout
    let wanted = Self.wantedCapacity(
      frequency: plan.mostSamples, dumpBytes: plan.dumpBytes, cpus: online.count, budget: budget)
    var capacity = wanted
    while true {
      var descriptors = DescriptorSet()
      var rings: [PerfRing] = []
      var cpus: [Int32] = []
      var failure: Int32?
      for cpu in online {
        do {
          let attributes = plan.ringOwnerAttributes(watermark: UInt32(clamping: capacity / 4))
          guard let owner = try Self.open(attributes, of: 0, on: cpu) else { continue }
          descriptors.insert(owner)
          rings.append(try PerfRing(event: owner, capacity: capacity, layout: layout))
          cpus.append(cpu)
        } catch {
          failure = error.number
          break
        }
      }
      guard let failure else {
        self.rings = rings
        all = rings
        owners = descriptors.descriptors
        self.cpus = cpus
        self.layout = layout
        self.descriptors = descriptors
        break
      }
      // EPERM: past the limit of lockable memory. ENOMEM: past what there is.
      guard failure == EPERM || failure == ENOMEM, capacity > Self.smallestRing else {
        throw failure == EPERM || failure == ENOMEM
          ? .ringNotMapped(bytes: capacity, mlockKilobytes: KernelLimits.mlockKilobytes, errno: failure)
          : .system(call: "perf_event_open", errno: failure)
      }
      capacity /= 2
    }
    if capacity < wanted { notes.append(.ringsShrunk(wanted: wanted, got: capacity)) }
    let longestDump = UInt32(clamping: capacity / Self.samplesPerRing) & ~7
    if longestDump < plan.dumpBytes & ~4095 {
      notes.append(.dumpsShortened(wanted: plan.dumpBytes, got: longestDump))
      plan.dumpBytes = longestDump
    }
  }

  /// Opens a ring on each CPU for what processes do; does nothing where one can't be had.
  mutating func openSideband(plan: PerfPlan) {
    let capacity = min(Self.largestSideband, max(Self.smallestRing, (rings.first?.capacity ?? 0) / 4))
    let attributes = plan.sidebandAttributes(watermark: UInt32(clamping: capacity / 4))
    var opened = DescriptorSet()
    var made: [PerfRing] = []
    for cpu in cpus {
      do throws(SystemCallError) {
        guard let descriptor = try Self.open(attributes, of: -1, on: cpu) else { continue }
        opened.insert(descriptor)
        made.append(try PerfRing(event: descriptor, capacity: capacity, layout: layout))
      } catch { return }
    }
    sideband = made
    sidebandDescriptors = opened
  }

  /// Closes them again.
  mutating func closeSideband() {
    sideband = []
    sidebandDescriptors.removeAll()
  }

  /// A power of two: room for a second, within the budget, for at least `samplesPerRing` samples.
  static func wantedCapacity(frequency: UInt32, dumpBytes: UInt32, cpus: Int, budget: Int) -> Int {
    let sample = Int(dumpBytes) + 8
    let need = min(largestRing, Int(frequency) * sample)
    let share = max(0, budget) / max(1, cpus)
    var capacity = smallestRing
    while capacity < sample * samplesPerRing { capacity *= 2 }
    while capacity < need, capacity * 2 <= share { capacity *= 2 }
    return capacity
  }

  /// Opens the event that will own a CPU's ring, of a process or, with -1, of all; nil for a processor that went offline.
  private static func open(
    _ attributes: perf_event_attr, of pid: Int32, on cpu: Int32
  ) throws(SystemCallError) -> Int32? {
    var attributes = attributes
    // SAFETY: the kernel reads the attributes during the call.
    let descriptor = unsafe clp_perf_event_open(&attributes, pid, cpu, -1, UInt(PERF_FLAG_FD_CLOEXEC))
    if descriptor >= 0 { return descriptor }
    guard errno == ENODEV else { throw SystemCallError(number: errno) }
    return nil
  }
}
