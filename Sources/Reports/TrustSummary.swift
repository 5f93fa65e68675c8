import ProfileModel
import TextWriting
import Wording

/// What every report says first: what was sampled, and how far that can be trusted.
package struct TrustSummary: Sendable {
  /// What was profiled and how.
  package let metadata: ProfileMetadata
  /// Rooted, truncated and named samples.
  package let completeness: Completeness
  /// What the samples' weights are amounts of.
  package let value: ValueType
  /// What limits trust, in sentences.
  let notes: [String]
  /// What the selection leaves, in words.
  let selection: [String]
  private let processNames: [String]

  /// Sums up the selected samples of a profile.
  package init(_ selected: SelectedProfile) {
    let profile = selected.profile
    metadata = profile.metadata
    completeness = selected.completeness()
    value = selected.value
    notes = selected.noteSentences()
    selection = selected.selectionWords
    var names: [String] = []
    for process in profile.processes where !names.contains(process.name) && names.count < 4 {
      if !process.isUnnamed { names.append(process.name) }
    }
    processNames = names
  }

  /// `samples` as a share of all; 0 where there are none.
  package func share(of samples: Int64) -> Double {
    completeness.samples == 0 ? 0 : Double(samples) / Double(completeness.samples)
  }

  /// What stands above a result, for a terminal: what was profiled, how much, and how far it can be trusted; each line
  /// ended by a line break.
  ///
  /// - Parameter columns: The terminal's width; nil where nothing has to fit.
  package func head(columns: Int? = nil) -> String {
    var facts = [value.total(completeness.samples)]
    if metadata.durationSeconds > 0 { facts.append("\(metadata.durationSeconds.fixed(2)) s") }
    if metadata.requestedFrequency > 0 { facts.append("\(metadata.requestedFrequency.fixed(0)) Hz") }
    if !metadata.sampler.isUnknown { facts.append(metadata.sampler.name) }
    if let load = metadata.cpuLoadText { facts.append(load) }
    var lines = [title.escapedForTerminal.shortened(toColumns: min(columns ?? 100, 100))]
    let selected = selection.isEmpty ? "" : "only \(selection.joined(separator: "; "))"
    for line in [facts.joined(separator: ", "), selected, trustLine] where !line.isEmpty {
      lines.append(line.escapedForTerminal.wrapped(toColumns: columns, indentation: "  "))
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// What stands below a result: a paragraph on everything that limits trust; empty where nothing does.
  package func notesText(columns: Int? = nil) -> String {
    let cut = metadata.isComplete ? [] : ["The recording was cut short: its tail is missing."]
    let all = (cut + metadata.faults + notes).map { note in
      "note: \(note)".escapedForTerminal.wrapped(toColumns: columns, indentation: "  ") + "\n"
    }
    return all.isEmpty ? "" : "\n" + all.joined()
  }

  private var title: String {
    if !metadata.command.isEmpty { return metadata.command.joined(separator: " ") }
    return processNames.isEmpty
      ? (completeness.samples == 0 ? "no samples" : "a profile without names of processes")
      : processNames.joined(separator: ", ")
  }

  private var trustLine: String {
    var parts = [completeness.rootedText].compactMap { $0 }
    for (reason, samples) in completeness.truncatedByWeight.prefix(3) {
      parts.append("\(share(of: samples).percent) cut: \(reason)")
    }
    if completeness.truncated.count > 3 { parts.append("\(completeness.truncated.count - 3) more reasons") }
    if metadata.lostText != nil {
      parts.append("\(metadata.lost.grouped) \(metadata.lost == 1 ? "sample" : "samples") lost")
    }
    if metadata.throttled > 0 {
      parts.append("throttled \(metadata.throttled == 1 ? "once" : "\(metadata.throttled.grouped) times")")
    }
    if completeness.samples > 0 {
      parts.append("\(share(of: completeness.unsymbolizedSelf).percent) in functions without a name")
    }
    return parts.joined(separator: "; ")
  }

  /// The same as members of a JSON object.
  func write(to json: inout JSONWriter) {
    json.member("value", value.name)
    json.member("unit", value.unit.description)
    json.member("selection", selection)
    json.member("samples", completeness.samples)
    metadata.writeLost(to: &json)
    completeness.write(to: &json)
    json.member("complete", metadata.isComplete)
    writeNotes(to: &json)
  }

  /// Writes the members `notes`, the sentences for people, and `facts`, all that they are made of.
  func writeNotes(to json: inout JSONWriter) {
    json.member("notes", notes)
    json.key("facts")
    json.array { json in
      for note in metadata.notes { note.write(to: &json) }
    }
  }
}

extension ProfileMetadata {
  /// Writes the member `lost`: null where nobody counted.
  func writeLost(to json: inout JSONWriter) {
    json.key("lost")
    if isRecorded || lost > 0 { json.value(lost) } else { json.value(nil) }
  }
}

extension Completeness {
  /// Reasons for cut stacks, the heaviest first.
  var truncatedByWeight: [(reason: String, samples: Int64)] {
    truncated.map { ($0.key, $0.value) }.sorted { left, right in
      left.1 == right.1 ? left.0.utf8.lexicographicallyPrecedes(right.0.utf8) : left.1 > right.1
    }
  }

  /// Writes the members `stacks`, `async` and `selfSamples`.
  func write(to json: inout JSONWriter) {
    json.key("stacks")
    json.object { json in
      json.member("rooted", rooted)
      json.key("truncated")
      json.object { json in
        for (reason, samples) in truncatedByWeight { json.member(reason, samples) }
      }
    }
    json.key("async")
    json.object { json in
      json.member("samples", async)
      json.member("complete", asyncComplete)
    }
    json.key("selfSamples")
    json.object { json in
      json.member("symbolized", symbolizedSelf)
      json.member("unsymbolized", unsymbolizedSelf)
    }
  }
}
