import ProfileModel

/// What stands above a picture: what was profiled, and how far it can be trusted.
public struct FlameGraphCaption: Hashable, Sendable {
  /// The heading, such as the program's name.
  public var title: String
  /// The command line; empty where unknown.
  public var command: String
  /// Short facts for one line: samples, rate, lost, rooted share, duration, date.
  public var facts: [String]
  /// Sentences on what limits trust.
  public var notes: [String]
  /// What the weights count.
  public var unit: String

  /// Whether weights count independent events, so that chance can be told from change.
  var isCount: Bool { unit == "samples" }

  /// A caption.
  public init(title: String, command: String = "", facts: [String] = [], notes: [String] = [], unit: String = "samples")
  {
    self.title = title
    self.command = command
    self.facts = facts
    self.notes = notes
    self.unit = unit
  }
}

extension FlameGraphCaption {
  /// The caption of one profile's picture.
  ///
  /// - Parameter title: The heading; by default the command's name, or the name of the only process.
  public init(_ profile: Profile, title: String? = nil, weight: WeightKind = .cpuSamples) {
    let completeness = profile.completeness(of: weight)
    let unit = Self.unit(weight)
    self.init(
      title: title ?? Self.name(of: profile), command: Self.commandLine(profile.metadata.command),
      facts: Self.facts(profile.metadata, completeness, unit: unit), notes: Self.notes(profile.metadata, completeness),
      unit: unit)
  }

  /// The caption of a picture that compares two profiles.
  public init(before: Profile, after: Profile, title: String? = nil, weight: WeightKind = .cpuSamples) {
    let unit = Self.unit(weight)
    var facts: [String] = []
    var notes: [String] = []
    for (word, profile) in [("before", before), ("after", after)] {
      let completeness = profile.completeness(of: weight)
      let parts = Self.facts(profile.metadata, completeness, unit: unit)
      facts.append("\(word): " + parts.joined(separator: ", "))
      notes += Self.notes(profile.metadata, completeness).map { "\(word): \($0)" }
    }
    let names = (Self.name(of: before), Self.name(of: after))
    self.init(
      title: title ?? (names.0 == names.1 ? "\(names.0): before and after" : "\(names.0) and \(names.1)"),
      command: Self.commandLine(after.metadata.command), facts: facts, notes: notes, unit: unit)
  }

  private static func unit(_ weight: WeightKind) -> String {
    switch weight {
    case .cpuSamples: "samples"
    case .offCPUNanoseconds: "ns off CPU"
    case .allocatedBytes: "bytes"
    }
  }

  private static func name(of profile: Profile) -> String {
    if let path = profile.metadata.command.first, let name = path.split(separator: "/").last { return String(name) }
    let names = Set(profile.processes.map(\.name))
    if names.count == 1, let name = names.first, !name.isEmpty { return name }
    return names.count > 1 ? "\(names.count) programs" : "profile"
  }

  /// Arguments as a shell would take them.
  private static func commandLine(_ arguments: [String]) -> String {
    arguments.map { argument in
      let isPlain =
        !argument.isEmpty
        && argument.utf8.allSatisfy { byte in
          switch byte {
          case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...0xFF:
            true
          default: "-_./=:,+@%".utf8.contains(byte)
          }
        }
      return isPlain
        ? argument
        : "'" + argument.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }.joined(separator: " ")
  }

  private static func facts(_ metadata: ProfileMetadata, _ completeness: Completeness, unit: String) -> [String] {
    var facts = [Figures.counted(completeness.samples, unit)]
    let rate = metadata.actualFrequency > 0 ? metadata.actualFrequency : metadata.requestedFrequency
    let sampler = metadata.sampler.isEmpty ? "" : " (\(metadata.sampler))"
    if rate > 0 {
      facts.append("\(Figures.fixed(rate, decimals: 0)) Hz\(sampler)")
    } else if !metadata.sampler.isEmpty {
      facts.append("from \(metadata.sampler)")
    }
    if metadata.durationSeconds > 0 { facts.append(Figures.duration(metadata.durationSeconds)) }
    // Of an import nobody knows what was lost, or that stacks without a mark are whole.
    let isRecorded = metadata.sampler.hasPrefix("perf:") || metadata.sampler == "ptrace"
    if isRecorded || metadata.lost > 0 { facts.append("\(Figures.grouped(metadata.lost)) lost") }
    if isRecorded || completeness.rooted < completeness.samples {
      facts.append("\(Figures.percent(completeness.rootedShare)) rooted")
    }
    if let start = metadata.startTime { facts.append(Figures.date(start)) }
    return facts
  }

  private static func notes(_ metadata: ProfileMetadata, _ completeness: Completeness) -> [String] {
    var notes = metadata.notes
    if completeness.samples == 0 { notes.append("There are no samples in this profile.") }
    func share(_ weight: Int64) -> String { Figures.percent(Double(weight) / Double(max(1, completeness.samples))) }
    if !metadata.isComplete { notes.append("The recording was cut short; what came after its end is missing.") }
    let reasons = completeness.truncated.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    if !reasons.isEmpty {
      let parts = reasons.prefix(4).map { "\($0.key) \(share($0.value))" } + (reasons.count > 4 ? ["…"] : [])
      notes.append("Stacks without their root: \(parts.joined(separator: ", ")).")
    }
    if metadata.lost > 0 {
      notes.append("\(Figures.grouped(metadata.lost)) samples were lost; shares may be off where load was heaviest.")
    }
    if metadata.throttled > 0 {
      notes.append("The kernel throttled sampling \(Figures.grouped(metadata.throttled)) times.")
    }
    notes += metadata.faults.map { $0 + "." }
    if completeness.unsymbolizedSelf > 0 {
      notes.append("\(share(completeness.unsymbolizedSelf)) of self time is in functions without a name.")
    }
    return notes
  }
}
