import ProfileModel
import TextWriting
import Wording

/// What stands above a picture: what was profiled, and how far it can be trusted.
package struct FlameGraphCaption: Hashable, Sendable {
  /// The heading, such as the program's name.
  package var title: String
  /// The command line; empty where unknown.
  package var command: String
  /// Short facts for one line: samples, rate, lost, rooted share, duration, date.
  package var facts: [String]
  /// Sentences on what limits trust.
  package var notes: [String]
  /// What the weights are amounts of.
  package var value: ValueType

  /// A caption.
  package init(
    title: String, command: String = "", facts: [String] = [], notes: [String] = [], value: ValueType = .samples()
  ) {
    self.title = title
    self.command = command
    self.facts = facts
    self.notes = notes
    self.value = value
  }
}

extension FlameGraphCaption {
  /// The caption of one profile's picture.
  ///
  /// - Parameter title: The heading; by default the command's name, or the name of the only process.
  package init(_ selected: SelectedProfile, title: String? = nil) {
    let profile = selected.profile
    let completeness = selected.completeness()
    let value = selected.value
    self.init(
      title: title ?? Self.name(of: profile), command: Self.commandLine(profile.metadata.command),
      facts: Self.facts(profile.metadata, completeness, value) + selected.selectionWords,
      notes: Self.notes(selected, completeness),
      value: value)
  }

  /// The caption of a picture that compares two profiles.
  package init(before: SelectedProfile, after: SelectedProfile, title: String? = nil) {
    var facts: [String] = []
    var notes: [String] = []
    for (word, side) in [("before", before), ("after", after)] {
      let completeness = side.completeness()
      let metadata = side.profile.metadata
      let words = Self.facts(metadata, completeness, side.value) + side.selectionWords
      facts.append("\(word): " + words.joined(separator: ", "))
      notes += Self.notes(side, completeness).map { "\(word): \($0)" }
    }
    let names = (Self.name(of: before.profile), Self.name(of: after.profile))
    self.init(
      title: title ?? (names.0 == names.1 ? "\(names.0): before and after" : "\(names.0) and \(names.1)"),
      command: Self.commandLine(after.profile.metadata.command), facts: facts, notes: notes,
      value: after.value)
  }

  private static func name(of profile: Profile) -> String {
    if let path = profile.metadata.command.first, let name = path.split(separator: "/").last { return String(name) }
    let names = Set(profile.processes.map(\.name).filter { !$0.isEmpty })
    if names.count == 1, let name = names.first, !name.isEmpty { return name }
    return names.count > 1 ? "\(names.count) programs" : "profile"
  }

  /// Arguments as a shell would take them.
  private static func commandLine(_ arguments: [String]) -> String {
    arguments.map(\.shellWord).joined(separator: " ")
  }

  private static func facts(
    _ metadata: ProfileMetadata, _ completeness: Completeness, _ value: ValueType
  ) -> [String] {
    var facts = [value.total(completeness.samples)]
    if let rate = rateText(metadata) { facts.append(rate) }
    if metadata.durationSeconds > 0 { facts.append(metadata.durationSeconds.durationText) }
    if let lost = metadata.lostText { facts.append(lost) }
    if let rooted = completeness.shortRootedText { facts.append(rooted) }
    if let start = metadata.startTime { facts.append(start.dateText) }
    return facts
  }

  /// What is known of how a profile came about, without figures of its samples.
  static func facts(of metadata: ProfileMetadata) -> [String] {
    let duration = metadata.durationSeconds > 0 ? metadata.durationSeconds.durationText : nil
    return [rateText(metadata), duration, metadata.startTime?.dateText].compactMap(\.self)
  }

  /// `499 Hz (perf:cpu-clock)`, `from folded`.
  private static func rateText(_ metadata: ProfileMetadata) -> String? {
    let rate = metadata.actualFrequency > 0 ? metadata.actualFrequency : metadata.requestedFrequency
    let sampler = metadata.sampler.isUnknown ? "" : " (\(metadata.sampler.name))"
    if rate > 0 { return "\(rate.fixed(0)) Hz\(sampler)" }
    return metadata.sampler.isUnknown ? nil : "from \(metadata.sampler.name)"
  }

  private static func notes(_ selected: SelectedProfile, _ completeness: Completeness) -> [String] {
    let (metadata, value) = (selected.profile.metadata, selected.value)
    var notes = selected.noteSentences()
    if completeness.samples == 0 { notes.append("There are no samples in this profile.") }
    func share(_ weight: Int64) -> String { (Double(weight) / Double(max(1, completeness.samples))).percent }
    if !metadata.isComplete { notes.append("The recording was cut short; what came after its end is missing.") }
    let reasons = completeness.truncated.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    if !reasons.isEmpty {
      let parts = reasons.prefix(4).map { "\($0.key) \(share($0.value))" } + (reasons.count > 4 ? ["…"] : [])
      notes.append("Stacks without their root: \(parts.joined(separator: ", ")).")
    }
    if metadata.lost > 0 {
      notes.append(
        "\(metadata.lost.grouped) \(metadata.lost == 1 ? "sample was" : "samples were") lost; shares may be off where load was heaviest."
      )
    }
    if metadata.throttled > 0 {
      notes.append(
        "The kernel throttled sampling \(metadata.throttled == 1 ? "once" : "\(metadata.throttled.grouped) times").")
    }
    notes += metadata.faults.map { $0 + "." }
    if completeness.unsymbolizedSelf > 0 {
      notes.append(
        "\(share(completeness.unsymbolizedSelf)) of \(value.name == "samples" ? "self time" : value.name) is in functions without a name."
      )
    }
    return notes
  }
}
