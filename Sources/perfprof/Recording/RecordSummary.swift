import ProfileModel
import Reports
import TextWriting
import Wording

/// What a user is told at the end of a recording: the result first, then what limits trust, then the files.
struct RecordSummary {
  var profile: Profile
  var files: [String]
  /// The terminal's width; nil where nothing has to fit.
  var columns: Int?

  /// Lines for standard error.
  var lines: [String] {
    let selected = profile.preferred
    let completeness = selected.completeness()
    var lines = facts(completeness)
    lines += heaviest(of: completeness.samples)
    for (reason, count) in completeness.truncated.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }).prefix(5) {
      lines.append("  \(selected.value.cell(count)) truncated: \(reason)")
    }
    if completeness.unsymbolizedSelf > 0 {
      let share = Double(completeness.unsymbolizedSelf) / Double(max(1, completeness.samples))
      lines.append("  \(share.percent) of \(selected.value.name) are in code without a name")
    }
    lines += (profile.metadata.faults + selected.noteSentences()).map { "note: \($0)" }
    lines += files.map { "wrote \($0)" }
    if let step = nextStep(completeness.samples) { lines.append(step) }
    return lines.flatMap(wrapped)
  }

  private func wrapped(_ line: String) -> [String] {
    // Names of files stay in one piece, for copying.
    let isWhole = line.hasPrefix("wrote ") || line.hasPrefix("next: ")
    let room = columns.map { max(20, $0 - Self.prefix.count) }
    let text = isWhole ? line : line.escapedForTerminal.wrapped(toColumns: room, indentation: "  ")
    return text.split(separator: "\n").map { Self.prefix + $0 }
  }

  private static let prefix = "perfprof: "

  private func facts(_ completeness: Completeness) -> [String] {
    let metadata = profile.metadata
    let amounts = zip(profile.valueTypes, profile.valueTotals).map { $0.total($1) }.joined(separator: ", ")
    var first = "\(amounts) in \(metadata.durationSeconds.fixed(1)) s by \(metadata.sampler.name)"
    // Beside events that are no time it would be compared with nothing.
    if profile.valueTypes.contains(where: { $0.cpuNanoseconds(of: 1) != nil }) {
      if let load = metadata.cpuLoadText { first += ", \(load)" }
      if let sampled = metadata.cpuSecondsSampled { first += " (\(sampled.fixed(2)) s sampled)" }
    }
    let second = [completeness.rootedText, metadata.lostText].compactMap { $0 }.joined(separator: ", ")
    return [first] + (second.isEmpty ? [] : [second])
  }

  private func heaviest(of samples: Int64) -> [String] {
    guard samples > 0 else {
      let isExplained = profile.metadata.notes.contains { if case .noSample = $0 { true } else { false } }
      let isOfEvents = profile.preferred.value.name != "samples"
      if isExplained { return [] }
      return [
        isOfEvents
          ? "no \(profile.preferred.value.name)"
          : "no sample was taken: record for longer or raise -F; --idle shows where threads wait"
      ]
    }
    return FunctionReport(profile.preferred, .init(order: .`self`, limit: 5)).rows.filter { $0.own > 0 }.map { row in
      let share = (Double(row.own) / Double(samples)).percent
      let room = min(100, columns.map { $0 - Self.prefix.count - 11 } ?? 100)
      return "  \(String(repeating: " ", count: max(0, 7 - share.count)))\(share)  "
        + row.function.name.escapedForTerminal.shortenedName(toColumns: max(8, room))
    }
  }

  /// What to do with the files; nil where nothing can be looked at, or nobody sits there.
  private func nextStep(_ samples: Int64) -> String? {
    guard columns != nil, samples > 0 else { return nil }
    func file(_ suffix: String) -> String? { files.first { $0.hasSuffix(suffix) }.map(\.shellWord) }
    let picture = (file(".html") ?? file(".svg")).map { "open \($0) in a browser" }
    let table = file(".perfprof").map { "perfprof report \($0)" }
    let steps = [picture, table].compactMap { $0 }
    return steps.isEmpty ? nil : "next: " + steps.joined(separator: ", or ")
  }
}
