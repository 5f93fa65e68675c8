import BinaryReading
import CLinuxPerf
import ProfileModel

/// Turns records into calls of a handler, and knows which processes the handler has been told of.
struct RecordDelivery {
  let layout: SampleLayout
  /// Whether records of other processes than the known ones are dropped.
  let isFiltered: Bool
  /// Records that contradict their own lengths; never seen from a kernel.
  private(set) var malformedRecords: UInt64 = 0
  /// The time of the newest loss that the processes have not been described anew after.
  private(set) var lossTime: UInt64?

  private var known: Set<Int32> = []
  private var lastKnown: Int32 = 0

  /// What brings more of a stack than a record holds.
  private let follower: StackFollower?

  init(layout: SampleLayout, isFiltered: Bool, follower: StackFollower? = nil) {
    self.layout = layout
    self.follower = follower
    self.isFiltered = isFiltered
  }

  /// Lets a target's records through, where others' are dropped.
  mutating func admit(_ pids: [Int32]) { known.formUnion(pids) }

  /// Whether any process that was let through still lives.
  var hasLiveProcess: Bool { known.contains { (try? ProcessInfo(pid: $0))?.isZombie == false } }

  /// Tells the handler what runs in a process: its threads' names and its mappings.
  mutating func describe(pid: Int32, handler: inout some SamplingHandler & ~Copyable) {
    known.insert(pid)
    for tid in ProcessInfo.threads(of: pid) {
      guard let name = ProcessInfo.threadName(pid: pid, tid: tid) else { continue }
      handler.event(.renamed(pid: pid, tid: tid, name: name, isExec: false, time: MonotonicClock.now()))
    }
    guard let mappings = try? ProcessMaps.read(pid: pid, executableOnly: true) else { return }
    let time = MonotonicClock.now()
    for mapping in mappings { handler.event(.mapped(pid: pid, mapping, time: time)) }
  }

  /// Describes every known process once more, since a record that changed one may be among those lost.
  mutating func describeAfterLoss(handler: inout some SamplingHandler & ~Copyable) {
    lossTime = nil
    for pid in known.sorted() { describe(pid: pid, handler: &handler) }
  }

  /// Hands one record over.
  mutating func deliver(
    type: UInt32, misc: UInt16, bytes: RawSpan, handler: inout some SamplingHandler & ~Copyable
  ) {
    do {
      if type == PERF_RECORD_SAMPLE.rawValue {
        let pid: Int32 = try bytes.load(at: 8)
        if pid != lastKnown, !known.contains(pid) {
          if isFiltered {
            follower?.skipPages(cpu: try bytes.load(at: 24), time: try bytes.load(at: 16))
            return
          }
          // Its birth was lost.
          describe(pid: pid, handler: &handler)
        }
        lastKnown = pid
        let sample = try RawSample(perfRecord: bytes, layout: layout)
        if let follower {
          follower.withPages(of: sample) { handler.sample(RawSample(sample, with: $0)) }
        } else {
          handler.sample(sample)
        }
        return
      }
      switch try PerfRecord.parse(type: type, misc: misc, bytes: bytes) {
      case .event(let event): deliver(event, handler: &handler)
      case .lost(let count, let time):
        lossTime = time
        handler.lost(count, time: time)
      case .throttled(let time): handler.throttled(time: time)
      case .ignored: break
      }
    } catch {
      malformedRecords += 1
    }
  }

  private mutating func deliver(_ event: ProcessEvent, handler: inout some SamplingHandler & ~Copyable) {
    switch event {
    case .forked(let pid, _, let parent, _, _):
      if isFiltered, !known.contains(parent) { return }
      known.insert(pid)
    case .mapped(let pid, _, _), .renamed(let pid, _, _, _, _):
      if isFiltered, !known.contains(pid) { return }
    case .exited(let pid, let tid, _):
      guard known.contains(pid) || !isFiltered else { return }
      // The first thread may end before the others, which are then described again when they are sampled.
      if pid == tid, !isFiltered || ProcessInfo.threads(of: pid).count <= 1 {
        known.remove(pid)
        lastKnown = 0
      }
    }
    handler.event(event)
  }
}
