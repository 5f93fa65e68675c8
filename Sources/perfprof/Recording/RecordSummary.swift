import ProfileModel
import Reports

import TextWriting
import Wording

/// What a user is told at the end of a recording.
struct RecordSummary {
  var profile: Profile
  var files: [String]

  /// Lines for standard error.
  var lines: [String] {
    let selected = profile.preferred
    let completeness = selected.completeness()
    let metadata = profile.metadata
    var lines = files.map { "perfprof: wrote \($0)" }
    let amounts = zip(profile.valueTypes, profile.valueTotals).map { $0.total($1) }.joined(separator: ", ")
    var facts = "perfprof: \(amounts) in \(metadata.durationSeconds.fixed(1)) s by \(metadata.sampler.name)"
    for part in [completeness.rootedText, metadata.lostText].compactMap({ $0 }) { facts += ", " + part }
    // Beside events that are no time it would be compared with nothing.
    if let used = metadata.cpuSecondsUsed, profile.valueTypes.contains(where: { $0.cpuNanoseconds(of: 1) != nil }) {
      facts += ", \(used.fixed(2)) s of CPU time used"
      if let sampled = metadata.cpuSecondsSampled { facts += " and \(sampled.fixed(2)) s sampled" }
    }
    lines.append(facts)
    for (reason, count) in completeness.truncated.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }).prefix(5) {
      lines.append("perfprof:   \(selected.value.cell(count)) truncated: \(reason)")
    }
    if completeness.unsymbolizedSelf > 0 {
      let share = Double(completeness.unsymbolizedSelf) / Double(max(1, completeness.samples))
      lines.append(
        "perfprof:   \(share.percent) of \(selected.value.name) are in code without a name"
      )
    }
    lines += heaviest(of: completeness.samples)
    lines += (metadata.faults + selected.noteSentences()).map { "perfprof: note: \($0)" }
    return lines
  }

  private func heaviest(of samples: Int64) -> [String] {
    guard samples > 0 else {
      let isExplained = profile.metadata.notes.contains { if case .noSample = $0 { true } else { false } }
      let isOfEvents = profile.preferred.value.name != "samples"
      return isExplained
        ? [] : [isOfEvents ? "perfprof: no \(profile.preferred.value.name)" : "perfprof: no sample was taken"]
    }
    return FunctionReport(profile.preferred, .init(order: .`self`, limit: 5)).rows.filter { $0.own > 0 }.map { row in
      let share = (Double(row.own) / Double(samples)).percent
      return "perfprof:   \(String(repeating: " ", count: max(0, 7 - share.count)))\(share)  "
        + row.function.name.escapedForTerminal.shortened(toColumns: 100)
    }
  }
}
