import ProfileModel
import TextWriting
import Wording

/// What a profile holds and how it came about, without its stacks.
package struct ProfileInfo: Sendable {
  /// A module with the samples in it.
  package struct ModuleRow: Hashable, Sendable {
    /// The module.
    package var module: Module
    /// Samples whose leaf lies in it.
    package var samples: Int64
  }

  /// What was profiled and how.
  package let metadata: ProfileMetadata
  /// Rooted, truncated and named samples.
  package let completeness: Completeness
  /// How many processes were sampled.
  package let processes: Int
  /// How many threads were sampled.
  package let threads: Int
  /// All modules, the one with most samples first.
  package let modules: [ModuleRow]
  /// All value types with the sum of their samples.
  package let values: [(type: ValueType, total: Int64)]
  /// How much of what happened the recording tells of, by kind, and how much of that is not told apart.
  package let happened: (counts: [ProfileMark.Kind: UInt64], joined: UInt64)
  private let trust: TrustSummary

  /// Sums up a profile.
  package init(_ selected: SelectedProfile) {
    let profile = selected.profile
    metadata = profile.metadata
    trust = TrustSummary(selected)
    completeness = trust.completeness
    values = Array(zip(profile.valueTypes, profile.valueTotals))
    var happened: (counts: [ProfileMark.Kind: UInt64], joined: UInt64) = ([:], 0)
    for mark in profile.marks {
      happened.counts[mark.kind, default: 0] &+= mark.count
      if mark.isJoined { happened.joined &+= mark.count }
    }
    self.happened = happened
    processes = profile.processes.count { $0.first == nil }
    threads = profile.threads.count { $0.first == nil }
    var samples = [Int64](repeating: 0, count: profile.modules.count)
    for sample in selected.samples {
      guard let stack = sample.stack else { continue }
      let frame = profile.frames[Int(profile.stacks.frame(of: stack))]
      if let module = profile.functions[frame.function.index].module { samples[module.index] &+= sample.weight }
    }
    modules = zip(profile.modules, samples).map { ModuleRow(module: $0, samples: $1) }.sorted { left, right in
      left.samples == right.samples
        ? left.module.path.utf8.lexicographicallyPrecedes(right.module.path.utf8) : left.samples > right.samples
    }
  }

  /// The members that `info --json` promises, and some more.
  package func json() -> [UInt8] {
    var json = JSONWriter(indentation: 2)
    json.object { json in
      json.member("command", metadata.command)
      json.member("processes", processes)
      json.member("threads", threads)
      json.member("durationSeconds", metadata.durationSeconds)
      json.member("sampler", metadata.sampler.name)
      json.key("frequency")
      json.object { json in
        json.member("requested", metadata.requestedFrequency)
        json.member("actual", metadata.actualFrequency)
      }
      json.member("cpuSecondsUsed", metadata.cpuSecondsUsed)
      json.member("cpuSecondsSampled", metadata.cpuSecondsSampled)
      json.key("work")
      if let work = metadata.work {
        json.object { json in
          json.member("function", work.function)
          json.member("module", work.module)
          json.member("count", work.count)
        }
      } else {
        json.value(nil)
      }
      json.key("resources")
      if let use = metadata.resources { use.write(to: &json) } else { json.value(nil) }
      json.member("samples", completeness.samples)
      json.key("values")
      json.array { json in
        for (type, total) in values { json.object { Self.write(type, total, to: &$0) } }
      }
      metadata.writeLost(to: &json)
      json.member("throttled", metadata.throttled)
      json.member("lateRecords", metadata.lateRecords)
      json.member("malformedRecords", metadata.malformedRecords)
      json.member("ringCorruptions", metadata.ringCorruptions)
      json.key("events")
      json.object { json in
        let names: [(String, ProfileMark.Kind)] = [
          ("processesBegan", .processBegan), ("programsRun", .exec), ("processesEnded", .processEnded),
          ("threadsBegan", .threadBegan), ("threadsEnded", .threadEnded),
        ]
        for (name, kind) in names { json.member(name, happened.counts[kind] ?? 0) }
        json.member("notToldApart", happened.joined)
      }
      completeness.write(to: &json)
      json.key("modules")
      json.array { json in
        for row in modules { json.object { Self.write(row, to: &$0) } }
      }
      json.key("profiler")
      json.object { json in
        json.member("cpuSeconds", metadata.profilerCPUSeconds)
        json.member("peakResidentBytes", metadata.profilerPeakResidentBytes)
      }
      json.member("startTime", metadata.startTime)
      json.member("complete", metadata.isComplete)
      trust.writeNotes(to: &json)
    }
    json.endLine()
    return json.bytes
  }

  private static func write(_ type: ValueType, _ total: Int64, to json: inout JSONWriter) {
    json.member("name", type.name)
    json.member("unit", type.unit.description)
    json.member("period", type.period)
    json.member("total", total)
  }

  private static func write(_ row: ModuleRow, to json: inout JSONWriter) {
    json.member("path", row.module.path)
    json.member("kind", row.module.kind?.name)
    json.member("buildID", row.module.buildID?.description)
    json.member("samples", row.samples)
    json.member("symbols", row.module.symbolSource ?? "none")
  }

  /// The same for a terminal of so many columns; nil where nothing has to fit.
  package func text(columns: Int? = nil) -> String {
    var result = trust.head(columns: columns) + "\n"
    var facts = TextTable([("", .left), ("", .left)])
    facts.add(["processes", processes.grouped])
    facts.add(["threads", threads.grouped])
    if values.count > 1 {
      for (type, total) in values { facts.add(["--value \(type.name.escapedForTerminal)", type.text(total)]) }
    }
    if let used = metadata.cpuSecondsUsed { facts.add(["CPU time used", used.fixed(3) + " s"]) }
    if let sampled = metadata.cpuSecondsSampled { facts.add(["CPU time sampled", sampled.fixed(3) + " s"]) }
    if metadata.actualFrequency > 0 { facts.add(["actual rate", metadata.actualFrequency.fixed(1) + " Hz"]) }
    if metadata.profilerCPUSeconds > 0 {
      facts.add(["profiler's CPU time", metadata.profilerCPUSeconds.fixed(3) + " s"])
      facts.add(["profiler's peak memory", metadata.profilerPeakResidentBytes.byteSize])
    }
    result += facts.text(columns: columns)
    let accounts = [
      ("work", metadata.workText), ("threads' time", metadata.resources?.threadsText),
      ("machine", metadata.resources?.machineText), ("held up", metadata.resources?.limitsText),
    ]
    for case (let title, let text?) in accounts {
      result += "\(title): \(text)".escapedForTerminal.wrapped(toColumns: columns, indentation: "  ") + "\n"
    }
    let busy = modules.filter { $0.samples > 0 }
    guard !busy.isEmpty else { return result + trust.notesText(columns: columns) }
    var table = TextTable([
      .init("SELF", .right), .init(trust.value.columnTitle, .right, leaves: 2),
      .init("SYMBOLS FROM", .left, cutTo: 12, leaves: 1), .init("BUILD ID", .left, leaves: 0),
      .init("MODULE", .left, cutTo: 30),
    ])
    for row in busy {
      table.add([
        trust.share(of: row.samples).percent, trust.value.cell(row.samples),
        (row.module.symbolSource ?? "none").shortened(toColumns: 40),
        String(row.module.buildID?.description.prefix(12) ?? ""),
        row.module.path,
      ])
    }
    let idle = modules.count - busy.count
    result += "\n" + table.text(columns: columns)
    if idle > 0 { result += "… and \(idle.grouped) without samples of their own\n" }
    return result + trust.notesText(columns: columns)
  }
}
