import BinaryReading
import CLinuxPerf
import Processes
import ProfileModel

/// Turns records into calls of a handler, as far as they are of processes that it is told of.
struct RecordDelivery {
  let layout: SampleLayout
  /// Which processes that are.
  var processes: SampledProcesses
  /// Tells the events apart, where there are several or where their periods stand nowhere.
  private let eventNumbers: EventNumbers
  /// Records that contradict their own lengths; never seen from a kernel.
  private(set) var malformedRecords: UInt64 = 0
  /// Samples of switches that were handed over.
  private(set) var switchSamples: UInt64 = 0
  /// Who ended last on each CPU: its number is gone before its last instruction.
  private var lastEnds: [UInt32: ThreadNumbers] = [:]

  /// What brings more of a stack than a record holds.
  private let follower: StackFollower?

  init(
    layout: SampleLayout, eventNumbers: EventNumbers = EventNumbers(), processes: SampledProcesses,
    follower: StackFollower? = nil
  ) {
    self.layout = layout
    self.eventNumbers = eventNumbers
    self.processes = processes
    self.follower = follower
  }

  /// Hands one record over.
  mutating func deliver(
    type: UInt32, misc: UInt16, bytes: RawSpan, handler: inout some SamplingHandler & ~Copyable
  ) {
    do {
      if type == PERF_RECORD_SAMPLE.rawValue { return try deliver(sample: bytes, handler: &handler) }
      switch try PerfRecord.parse(type: type, misc: misc, bytes: bytes, layout: layout) {
      case .event(let event):
        if case .exited(let pid, let tid, _) = event {
          lastEnds[try bytes.load(at: bytes.byteCount - 8)] = ThreadNumbers(pid: pid, tid: tid)
        }
        if processes.wants(event) { handler.event(event) }
      case .lost(let count, let time):
        handler.lost(count, time: time)
      case .throttled(let time): handler.throttled(time: time)
      case .switched(let change): if processes.wantsSwitch(of: change.pid) { handler.switched(change) }
      case .ignored: break
      }
    } catch {
      malformedRecords += 1
    }
  }

  private mutating func deliver(
    sample bytes: RawSpan, handler: inout some SamplingHandler & ~Copyable
  ) throws(BinaryReadingError) {
    if try eventNumbers.isWake(bytes) { return try deliver(wake: bytes, handler: &handler) }
    var pid: Int32 = try bytes.load(at: 8)
    var owner: ThreadNumbers?
    let tid: Int32 = try bytes.load(at: 12)
    func skip() throws(BinaryReadingError) {
      follower?.skipPages(cpu: try bytes.load(at: layout.cpuOffset), time: try bytes.load(at: 16))
    }
    if pid < 0 || tid < 0 {
      owner = lastEnds[try bytes.load(at: layout.cpuOffset)]
      guard let owner else { return try skip() }
      pid = owner.pid
    }
    guard processes.wantsSample(of: pid, handler: &handler) else { return try skip() }
    guard let event = try eventNumbers.event(of: bytes, layout: layout) else { return malformedRecords += 1 }
    var itsLayout = layout
    itsLayout.hasPeriod = event.period == nil
    let sample = try RawSample(
      perfRecord: bytes, layout: itsLayout, owner: owner, event: event.index, period: event.period ?? 0)
    if eventNumbers.isSwitch(event.index) { switchSamples += 1 }
    if let follower, eventNumbers.hasPages(event.index) {
      follower.withPages(of: sample) { handler.sample(RawSample(sample, with: $0)) }
    } else {
      handler.sample(sample)
    }
  }

  private mutating func deliver(
    wake bytes: RawSpan, handler: inout some SamplingHandler & ~Copyable
  ) throws(BinaryReadingError) {
    var owner: ThreadNumbers?
    var pid: Int32 = try bytes.load(at: 8)
    if pid < 0 {
      owner = lastEnds[try bytes.load(at: layout.cpuOffset)]
      pid = owner?.pid ?? 0
    }
    let sample = try RawSample(perfRecord: bytes, layout: layout.ofWakes, owner: owner)
    guard let woken = sample.woken, processes.wantsSwitch(of: woken.pid) else { return }
    // Not the idle task, which is nobody.
    let isTold = pid > 0 ? processes.wantsSample(of: pid, handler: &handler) : false
    handler.woken(woken, by: sample, isTold: isTold)
  }
}
