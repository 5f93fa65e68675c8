import Processes
import ProfileModel
import Testing

/// Who is who, as far as records tell.
struct ProcessTableTests {
  private let mapping = Mapping(start: 0x1000, end: 0x2000, path: "/bin/program")

  private func forked(_ pid: Int32, by parent: Int32) -> ProcessEvent {
    .forked(pid: pid, tid: pid, parentPID: parent, parentTID: parent, time: 0)
  }
  private func thread(_ tid: Int32, of pid: Int32) -> ProcessEvent {
    .forked(pid: pid, tid: tid, parentPID: pid, parentTID: pid, time: 0)
  }
  private func execed(_ pid: Int32, _ name: String) -> ProcessEvent {
    .renamed(pid: pid, tid: pid, name: name, isExec: true, time: 0)
  }
  private func renamed(_ tid: Int32, of pid: Int32, _ name: String) -> ProcessEvent {
    .renamed(pid: pid, tid: tid, name: name, isExec: false, time: 0)
  }
  private func exited(_ tid: Int32, of pid: Int32) -> ProcessEvent { .exited(pid: pid, tid: tid, time: 0) }

  private func table(_ processes: [Int32: FakeProcesses.Process] = [:]) -> ProcessTable {
    ProcessTable(source: FakeProcesses(processes))
  }

  // MARK: When a process is over

  @Test func aProcessLivesAsLongAsAThreadThatWasNeverSampled() {
    var table = table()
    for event in [forked(10, by: 1), thread(11, of: 10), thread(12, of: 10)] { _ = table.apply(event) }
    // The first thread may end before the others.
    let changes = [Int32(11), 10, 12].map { table.apply(exited($0, of: 10)) }
    #expect(changes == [nil, nil, .ended(pid: 10, unstarted: nil)])
    #expect(!table.isAlive(10))
  }

  @Test func execLeavesOneThread() {
    var table = table()
    for event in [forked(10, by: 1), thread(11, of: 10)] { _ = table.apply(event) }
    let exec = table.apply(execed(10, "other"))
    #expect(exec == .replacedProgram(pid: 10))
    _ = table.apply(.mapped(pid: 10, mapping, time: 0))
    let end = table.apply(exited(10, of: 10))
    #expect(end == .ended(pid: 10, unstarted: nil))
  }

  @Test func anExecByAnotherThreadTakesTheFirstOnesNumber() {
    var table = table()
    for event in [forked(10, by: 1), thread(11, of: 10), exited(10, of: 10)] { _ = table.apply(event) }
    #expect(table.hasEnded(10))
    let exec = table.apply(execed(10, "next"))
    #expect(exec == .replacedProgram(pid: 10))
    #expect(!table.hasEnded(10))
    let end = table.apply(exited(10, of: 10))
    #expect(end == .ended(pid: 10, unstarted: "next"))
  }

  @Test func ofAnUnknownProcessTheFirstThreadsEndIsTheEnd() {
    var table = table()
    let changes = [table.apply(exited(99, of: 98)), table.apply(exited(99, of: 99)), table.apply(exited(99, of: 99))]
    #expect(changes == [nil, .ended(pid: 99, unstarted: nil), nil])
  }

  @Test func aThreadThatIsSampledKeepsItsProcessAlive() {
    var table = table()
    table.noteSample(of: 12, in: 10)
    let changes = [Int32(10), 12].map { table.apply(exited($0, of: 10)) }
    #expect(changes == [nil, .ended(pid: 10, unstarted: nil)])
    // The record of its end was among those before.
    table.noteSample(of: 12, in: 10)
    let again = table.apply(exited(12, of: 10))
    #expect(again == nil)
  }

  @Test func tellsOfProgramsThatMappedNothing() {
    var table = table()
    for event in [forked(10, by: 1), execed(10, "setuid")] { _ = table.apply(event) }
    let end = table.apply(exited(10, of: 10))
    #expect(end == .ended(pid: 10, unstarted: "setuid"))
  }

  // MARK: Names

  @Test func eachSampleStandsUnderTheNameOfItsTime() {
    var table = table()
    for event in [renamed(1, of: 1, "sh"), forked(10, by: 1)] { _ = table.apply(event) }
    var names = [table.name(of: 10)]
    let before = table.revision
    _ = table.apply(execed(10, "gzip"))
    names.append(table.name(of: 10))
    #expect(names == ["sh", "gzip"])
    #expect(table.revision != before)
  }

  @Test func exitWorkBelongsToWhoExits() {
    let source = FakeProcesses()
    var table = ProcessTable(source: source)
    for event in [execed(10, "ended"), exited(10, of: 10)] { _ = table.apply(event) }
    #expect(table.hasEnded(10))
    let names = [table.name(of: 10), table.name(ofThread: 10, in: 10)]
    #expect(names == ["ended", "ended"])
    #expect(source.questions.isEmpty)
  }

  @Test func asksForNamesThatNoRecordToldOnce() {
    let source = FakeProcesses([10: .init(name: "server", threads: [11: "worker"])])
    var table = ProcessTable(source: source)
    for _ in 0..<3 {
      let names = [table.name(ofThread: 11, in: 10), table.name(ofThread: 12, in: 10), table.name(of: 20)]
      #expect(names == ["worker", "server", "pid-20"])
    }
    #expect(source.questions == ["thread 10", "thread 10", "stat 10", "stat 20"])
  }

  @Test func asksOnceWhoIsTheKernels() {
    let source = FakeProcesses([2: .init(name: "kthreadd", isKernelThread: true), 10: .init(name: "server")])
    var table = ProcessTable(source: source)
    for _ in 0..<3 {
      let answers = [table.isKernelThread(2), table.isKernelThread(10)]
      #expect(answers == [true, false])
    }
    #expect(source.questions == ["stat 2", "stat 10"])
  }

  // MARK: Numbers that are used again

  @Test func aNumberThatIsUsedAgainIsANewProcess() {
    var table = table()
    for event in [renamed(1, of: 1, "sh"), execed(10, "old"), renamed(11, of: 10, "old")] { _ = table.apply(event) }
    let serials = (table.serial(of: 10), table.serial(ofThread: 10))
    // Its end was lost.
    let birth = table.apply(forked(10, by: 1))
    #expect(birth == .began(pid: 10, parent: 1))
    let name = table.name(of: 10)
    #expect(name == "sh")
    #expect(!table.knows(10, serial: serials.0) && !table.knows(thread: 10, serial: serials.1))
    // Of the old one's second thread no end will come.
    let end = table.apply(exited(10, of: 10))
    #expect(end == .ended(pid: 10, unstarted: nil))
  }

  @Test func anEndedThreadThatTakesANameIsAnother() {
    var table = table()
    for event in [execed(10, "old"), exited(10, of: 10)] { _ = table.apply(event) }
    let serial = table.serial(ofThread: 10)
    // As a description after a loss tells it.
    _ = table.apply(renamed(10, of: 10, "new"))
    #expect(!table.hasEnded(10) && !table.knows(thread: 10, serial: serial))
  }

  // MARK: Address spaces

  @Test func asksForTheMappingsOfWhoWasNotDescribedOnce() {
    let source = FakeProcesses([10: .init(name: "server", mappings: [mapping])])
    var table = ProcessTable(source: source)
    let answers = [Int32(10), 20, 10, 20].map { table.undescribedMappings(of: $0) }
    #expect(answers == [[mapping], [], nil, nil])
    #expect(source.questions == ["mappings 10", "mappings 20"])
  }

  @Test func aChildIsAsDescribedAsItsParent() {
    let source = FakeProcesses([20: .init(name: "child", mappings: [mapping])])
    var table = ProcessTable(source: source)
    _ = table.apply(.mapped(pid: 1, mapping, time: 0))
    _ = table.apply(forked(10, by: 1))
    _ = table.apply(forked(20, by: 2))
    let answers = [Int32(1), 10, 20].map { table.undescribedMappings(of: $0) }
    #expect(answers == [nil, nil, [mapping]])
  }

  @Test func execDropsTheAddressSpaceAndWhatIsToldNextIsTheNewOne() {
    let source = FakeProcesses([10: .init(name: "server", mappings: [mapping])])
    var table = ProcessTable(source: source)
    _ = table.apply(.mapped(pid: 10, mapping, time: 0))
    let exec = table.apply(execed(10, "next"))
    #expect(exec == .replacedProgram(pid: 10))
    // Its mappings are going to be told; those of now may be a later program's.
    let asked = table.undescribedMappings(of: 10)
    #expect(asked == nil)
    #expect(source.questions.isEmpty)
  }

  @Test func whoEndedIsNoLongerDescribed() {
    var table = table([10: .init(name: "reused", mappings: [mapping])])
    for event in [execed(10, "old"), ProcessEvent.mapped(pid: 10, mapping, time: 0), exited(10, of: 10)] {
      _ = table.apply(event)
    }
    let now = table.undescribedMappings(of: 10)
    #expect(now == [mapping])
  }

  // MARK: Memory

  @Test func theLongEndedAreForgotten() {
    var table = table()
    for pid in Int32(1)..<10_000 {
      _ = table.apply(forked(pid, by: 0))
      _ = table.apply(exited(pid, of: pid))
    }
    #expect((1..<10_000).count { table.hasEnded($0) } <= 2048)
    #expect(table.hasEnded(9_999))
  }
}
