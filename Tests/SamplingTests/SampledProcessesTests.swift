import Processes
import ProfileModel
import Synchronization
import Testing

@testable import Sampling

/// Whose records are handed over, on a machine that a test makes up.
struct SampledProcessesTests {
  /// A machine on which nothing changes.
  private struct StillMachine: ProcessSource {
    var known: [Int32: ThreadStat]
    let mapping = Mapping(start: 0x1000, end: 0x2000, path: "/bin/program")

    init(_ processes: [Int32: ThreadStat]) { known = processes }

    func processes() -> [Int32] { known.keys.sorted() }
    func stat(of pid: Int32) -> ThreadStat? { known[pid] }
    func threads(of pid: Int32) -> [Int32] { known[pid] == nil ? [] : [pid, pid + 1] }
    func name(ofThread tid: Int32, of pid: Int32) -> String? { known[pid].map { "\($0.name)-\(tid)" } }
    func mappings(of pid: Int32, executableOnly: Bool) -> [Mapping]? { known[pid] == nil ? nil : [mapping] }
    func memory(of tid: Int32) -> any ReadableMemory { NoMemory() }
  }

  /// The part of an event that no clock tells.
  private func plain(_ events: [ProcessEvent]) -> [String] {
    events.map { event in
      switch event {
      case .mapped(let pid, let mapping, _): "\(pid) maps \(mapping.path)"
      case .forked(let pid, _, let parent, _, _): "\(pid) of \(parent)"
      case .renamed(_, let tid, let name, let isExec, _): "\(tid) \(isExec ? "runs" : "is") \(name)"
      case .exited(_, let tid, _): "\(tid) ends"
      }
    }
  }

  private func fork(_ pid: Int32, by parent: Int32) -> ProcessEvent {
    .forked(pid: pid, tid: pid, parentPID: parent, parentTID: parent, time: 0)
  }

  /// A machine whose processes end behind the first look at them.
  private final class BriefMachine: ProcessSource {
    private let looks = Mutex(0)

    func processes() -> [Int32] { [10] }
    func stat(of pid: Int32) -> ThreadStat? { nil }
    func threads(of pid: Int32) -> [Int32] {
      looks.withLock { looks in
        looks += 1
        return looks == 1 ? [pid] : []
      }
    }
    func name(ofThread tid: Int32, of pid: Int32) -> String? { "brief" }
    func mappings(of pid: Int32, executableOnly: Bool) -> [Mapping]? { nil }
    func memory(of tid: Int32) -> any ReadableMemory { NoMemory() }
  }

  @Test func whoEndsBeforeItIsDescribedHasAName() {
    var processes = SampledProcesses(isFiltered: false, source: BriefMachine())
    #expect(processes.noteNames() == [10])
    var collector = Collector()
    processes.describe(pid: 10, handler: &collector)
    #expect(plain(collector.events) == ["10 is brief"])
  }

  @Test func namesNotedBeforeAreNotReadAgain() {
    var processes = SampledProcesses(isFiltered: false, source: StillMachine([10: ThreadStat(name: "server")]))
    #expect(processes.noteNames() == [10])
    var collector = Collector()
    processes.describe(pid: 10, handler: &collector)
    #expect(plain(collector.events) == ["10 is server-10", "11 is server-11", "10 maps /bin/program"])
  }

  @Test func describesAProcessWhoseBirthWasLostOnce() {
    var processes = SampledProcesses(isFiltered: false, source: StillMachine([10: ThreadStat(name: "server")]))
    var collector = Collector()
    let wants = [Int32(10), 20, 10, 20, 10].map { processes.wantsSample(of: $0, handler: &collector) }
    #expect(wants == [true, true, true, true, true])
    #expect(plain(collector.events) == ["10 is server-10", "11 is server-11", "10 maps /bin/program"])
  }

  @Test func dropsOthersThanTheTargetsAndWhatTheyMake() {
    var processes = SampledProcesses(isFiltered: true, source: StillMachine([10: ThreadStat(name: "server")]))
    processes.admit([10])
    var collector = Collector()
    let events = [fork(20, by: 10), fork(30, by: 1), fork(40, by: 20)].map { processes.wants($0) }
    #expect(events == [true, false, true])
    let samples = [Int32(10), 20, 30, 40].map { processes.wantsSample(of: $0, handler: &collector) }
    #expect(samples == [true, true, false, true])
    #expect(collector.events.isEmpty)
    #expect(processes.hasLiveProcess)
  }

  @Test func samplesBehindTheRecordOfTheEndAreHandedOver() {
    var processes = SampledProcesses(isFiltered: true, source: NoProcesses())
    processes.admit([10])
    var collector = Collector()
    let end = processes.wants(.exited(pid: 10, tid: 10, time: 0))
    let sample = processes.wantsSample(of: 10, handler: &collector)
    #expect(end && sample)
    let reused = processes.wants(fork(10, by: 1))
    let other = processes.wantsSample(of: 10, handler: &collector)
    #expect(!reused && !other)
    #expect(!processes.hasLiveProcess)
  }

  @Test func awaitsTheCommandsProgram() {
    var processes = SampledProcesses(isFiltered: true, source: NoProcesses())
    processes.admit([10])
    processes.awaitExec(of: 10)
    var collector = Collector()
    var wants = [processes.wantsSample(of: 10, handler: &collector)]
    let exec = processes.wants(.renamed(pid: 10, tid: 10, name: "program", isExec: true, time: 0))
    wants.append(processes.wantsSample(of: 10, handler: &collector))
    #expect(exec)
    #expect(wants == [false, true])
  }

  @Test func takesInWhoWasMadeWhileRecordsWereLost() {
    let late = UInt64.max
    var processes = SampledProcesses(
      isFiltered: true,
      source: StillMachine([
        10: ThreadStat(name: "server"), 20: ThreadStat(name: "grandchild", parent: 30, startTicks: late),
        30: ThreadStat(name: "child", parent: 10, startTicks: late), 40: ThreadStat(name: "older", parent: 10),
        50: ThreadStat(name: "other", startTicks: late),
      ]))
    processes.admit([10])
    var collector = Collector()
    processes.describeAfterLoss(handler: &collector)
    let wants = [Int32(10), 20, 30, 40, 50].map { processes.wantsSample(of: $0, handler: &collector) }
    #expect(wants == [true, true, true, false, false])
    #expect(plain(collector.events).filter { $0.contains("maps") }.count == 3)
  }
}
