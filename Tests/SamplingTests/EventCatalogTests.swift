import CLinuxPerf
import Foundation
import Testing

@testable import Sampling

@Suite struct EventCatalogTests {
  private let catalog = EventCatalog(tracepoints: TraceFileSystem(roots: ["/nowhere/events"]))

  @Test func knowsEventsByAllTheirNames() throws {
    let faults = try catalog.event(named: "page-faults")
    #expect(faults.type == PERF_TYPE_SOFTWARE.rawValue)
    #expect(faults.config == UInt64(PERF_COUNT_SW_PAGE_FAULTS.rawValue))
    #expect(try catalog.event(named: "faults").isSame(as: faults))
    // The recording calls it as it was asked for.
    #expect(try catalog.event(named: "faults").name == "faults")
    #expect(try catalog.event(named: "cs").isSame(as: catalog.event(named: "context-switches")))
    #expect(
      try catalog.event(named: "branch-instructions").config == UInt64(PERF_COUNT_HW_BRANCH_INSTRUCTIONS.rawValue))
    #expect(try catalog.event(named: "cpu-clock").measure == .cpuTime)
    // Each one of what is counted, unless `-c` says otherwise; the rest at a frequency.
    #expect(faults.count == 1)
    #expect(try catalog.event(named: "cache-misses").count == nil)
  }

  @Test func numbersCacheEventsAsTheKernelDoes() throws {
    // perf_event_open(2): id | operation << 8 | result << 16.
    let misses = try catalog.event(named: "LLC-load-misses")
    #expect((misses.type, misses.config) == (PERF_TYPE_HW_CACHE.rawValue, 0x10002))
    #expect(try catalog.event(named: "dTLB-stores").config == 0x103)
    #expect(try catalog.event(named: "L1-dcache-prefetches").config == 0x200)
  }

  @Test func takesEachEventOfAListOnce() throws {
    let events = try catalog.events(named: "page-faults,cs,faults,context-switches,cpu-clock")
    #expect(events.map(\.name) == ["page-faults", "cs", "cpu-clock"])
  }

  @Test func namesWhatIsLikeAnUnknownName() throws {
    #expect(throws: EventNameError.unknown(name: "page-fault", similar: ["page-faults"])) {
      try catalog.event(named: "page-fault")
    }
    #expect(throws: EventNameError.unknown(name: "", similar: [])) { try catalog.events(named: "cs,") }
    let error = #expect(throws: EventNameError.self) { try catalog.event(named: "switches") }
    #expect(error == .unknown(name: "switches", similar: ["context-switches"]))
    #expect(throws: EventNameError.modifier(name: "cycles:u", event: "cycles")) {
      try catalog.event(named: "cycles:u")
    }
  }

  @Test func readsTheNumbersOfTracepoints() throws {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent("tracefs-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: root) }
    let folder = root.appendingPathComponent("events/sched/sched_switch")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data("314\n".utf8).write(to: folder.appendingPathComponent("id"))
    let catalog = EventCatalog(
      tracepoints: TraceFileSystem(roots: ["/nowhere/events", root.appendingPathComponent("events").path]))
    let event = try catalog.event(named: "sched:sched_switch")
    #expect((event.type, event.config) == (PERF_TYPE_TRACEPOINT.rawValue, 314))
    #expect(event.isOfKernel)
    #expect(catalog.tracepointCount == 1)
    #expect(throws: EventNameError.noTracepoint(name: "sched:sched_swich", similar: ["sched:sched_switch"])) {
      try catalog.event(named: "sched:sched_swich")
    }
    #expect(throws: EventNameError.noTracepoint(name: "shed:sched_switch", similar: ["sched:…"])) {
      try catalog.event(named: "shed:sched_switch")
    }
    // A name is no way out of the folder.
    #expect(throws: EventNameError.unknown(name: "..:..", similar: [])) { try catalog.event(named: "..:..") }
    #expect(throws: EventNameError.unknown(name: "a/b:c", similar: [])) { try catalog.event(named: "a/b:c") }
  }

  @Test func tellsWhereTracefsIsNotMounted() {
    #expect(throws: EventNameError.noTraceFileSystem(name: "sched:sched_switch")) {
      try catalog.event(named: "sched:sched_switch")
    }
    #expect(catalog.tracepointCount == nil)
  }

  @Test func endsOnAnyName() {
    var generator = SeededGenerator(state: 9)
    let letters = Array("abcs:-_,/.%\u{1}é0")
    for _ in 0..<100 {
      let name = String(
        (0..<Int.random(in: 0...200, using: &generator)).map { _ in letters.randomElement(using: &generator) ?? "a" })
      _ = try? catalog.events(named: name)
    }
  }
}
