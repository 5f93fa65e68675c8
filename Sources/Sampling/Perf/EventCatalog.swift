import CLinuxPerf

/// The events that can be asked for by name, called as perf calls them (`perf list`).
///
/// Of what happens now and then each one is sampled, unless somebody says otherwise.
package struct EventCatalog: Sendable {
  /// An event with all of its names, the usual one first.
  package struct Entry: Hashable, Sendable {
    /// What it's called.
    package var names: [String]
    /// The event, under its usual name.
    package var event: SampledEvent
    /// Whether a processor's cache counts it; no processor has all of these.
    package var isOfCache: Bool { event.type == PERF_TYPE_HW_CACHE.rawValue }
  }

  /// Events with fixed names, in the order to list them.
  package let entries: [Entry]
  private let tracepoints: TraceFileSystem

  /// The events of this machine; tracepoints are looked up where tracefs is mounted.
  package init() { self.init(tracepoints: TraceFileSystem()) }

  init(tracepoints: TraceFileSystem) {
    self.tracepoints = tracepoints
    entries = Self.software + Self.hardware + Self.caches
  }

  /// The events of a list of names as `-e` takes it; each once, whatever names it has there.
  package func events(named list: String) throws(EventNameError) -> [SampledEvent] {
    var events: [SampledEvent] = []
    for name in list.split(separator: ",", omittingEmptySubsequences: false) {
      let event = try event(named: String(name))
      if !events.contains(where: { $0.isSame(as: event) }) { events.append(event) }
    }
    return events
  }

  /// The event of this name, `SUBSYSTEM:NAME` for a tracepoint.
  package func event(named name: String) throws(EventNameError) -> SampledEvent {
    if let entry = entry(named: name) {
      var event = entry.event
      event.name = name
      return event
    }
    let parts = name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2 else { throw .unknown(name: name, similar: similar(to: name)) }
    guard entry(named: parts[0]) == nil else { throw .modifier(name: name, event: parts[0]) }
    guard parts.allSatisfy(TraceFileSystem.isName) else { throw .unknown(name: name, similar: []) }
    return SampledEvent(
      name: name, type: PERF_TYPE_TRACEPOINT.rawValue, config: try tracepoints.number(of: parts[0], parts[1]),
      measure: .occurrences, isOfKernel: true, count: 1)
  }

  /// How many tracepoints there are by subsystem; nil where tracefs can't be read.
  package var tracepointCount: Int? { tracepoints.count }

  private func entry(named name: String) -> Entry? { entries.first { $0.names.contains(name) } }

  /// Names that differ by a slip of the hand, or hold what was asked for.
  private func similar(to name: String) -> [String] {
    SimilarNames.best(for: name, among: entries.flatMap(\.names))
  }

  // MARK: Tables

  private static func entry(
    _ names: [String], _ type: perf_type_id, _ config: UInt64, _ measure: SampledEvent.Measure, ofKernel: Bool = false
  ) -> Entry {
    Entry(
      names: names,
      event: SampledEvent(
        name: names[0], type: type.rawValue, config: config, measure: measure, isOfKernel: ofKernel,
        count: measure == .occurrences ? 1 : nil))
  }

  /// `enum perf_sw_ids`.
  private static let software: [Entry] = {
    func entry(
      _ id: perf_sw_ids, _ names: String..., measure: SampledEvent.Measure = .occurrences, ofKernel: Bool = false
    )
      -> Entry
    { Self.entry(names, PERF_TYPE_SOFTWARE, UInt64(id.rawValue), measure, ofKernel: ofKernel) }
    return [
      entry(PERF_COUNT_SW_CPU_CLOCK, "cpu-clock", measure: .cpuTime),
      entry(PERF_COUNT_SW_TASK_CLOCK, "task-clock", measure: .cpuTime),
      entry(PERF_COUNT_SW_PAGE_FAULTS, "page-faults", "faults"),
      entry(PERF_COUNT_SW_PAGE_FAULTS_MIN, "minor-faults"),
      entry(PERF_COUNT_SW_PAGE_FAULTS_MAJ, "major-faults"),
      entry(PERF_COUNT_SW_CONTEXT_SWITCHES, "context-switches", "cs", ofKernel: true),
      entry(PERF_COUNT_SW_CPU_MIGRATIONS, "cpu-migrations", "migrations", ofKernel: true),
      entry(PERF_COUNT_SW_ALIGNMENT_FAULTS, "alignment-faults"),
      entry(PERF_COUNT_SW_EMULATION_FAULTS, "emulation-faults"),
    ]
  }()

  /// `enum perf_hw_id`.
  private static let hardware: [Entry] = {
    func entry(_ id: perf_hw_id, _ names: String...) -> Entry {
      Self.entry(names, PERF_TYPE_HARDWARE, UInt64(id.rawValue), .hardware)
    }
    return [
      entry(PERF_COUNT_HW_CPU_CYCLES, "cycles", "cpu-cycles"),
      entry(PERF_COUNT_HW_INSTRUCTIONS, "instructions"),
      entry(PERF_COUNT_HW_CACHE_REFERENCES, "cache-references"),
      entry(PERF_COUNT_HW_CACHE_MISSES, "cache-misses"),
      entry(PERF_COUNT_HW_BRANCH_INSTRUCTIONS, "branches", "branch-instructions"),
      entry(PERF_COUNT_HW_BRANCH_MISSES, "branch-misses"),
      entry(PERF_COUNT_HW_BUS_CYCLES, "bus-cycles"),
      entry(PERF_COUNT_HW_REF_CPU_CYCLES, "ref-cycles"),
      entry(PERF_COUNT_HW_STALLED_CYCLES_FRONTEND, "stalled-cycles-frontend", "idle-cycles-frontend"),
      entry(PERF_COUNT_HW_STALLED_CYCLES_BACKEND, "stalled-cycles-backend", "idle-cycles-backend"),
    ]
  }()

  /// `enum perf_hw_cache_id`, `perf_hw_cache_op_id`, `perf_hw_cache_op_result_id`: a byte each.
  private static let caches: [Entry] = {
    let caches = ["L1-dcache", "L1-icache", "LLC", "dTLB", "iTLB", "branch", "node"]
    let operations = [("load", "loads"), ("store", "stores"), ("prefetch", "prefetches")]
    var entries: [Entry] = []
    for (cache, name) in caches.enumerated() {
      for (operation, (one, many)) in operations.enumerated() {
        let config = UInt64(cache) | UInt64(operation) << 8
        entries.append(entry(["\(name)-\(many)"], PERF_TYPE_HW_CACHE, config, .hardware))
        entries.append(entry(["\(name)-\(one)-misses"], PERF_TYPE_HW_CACHE, config | 1 << 16, .hardware))
      }
    }
    return entries
  }()
}
