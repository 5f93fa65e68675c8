import ProfileModel
import TextWriting
import Wording

/// One side of a comparison.
package struct ComparedProfile: Sendable {
  /// How it was recorded.
  package let metadata: ProfileMetadata
  /// Rooted, truncated and named samples.
  package let completeness: Completeness
  /// CPU time that the samples stand for; nil where that isn't known.
  package let cpuSeconds: Double?
  /// What the samples' weights are amounts of.
  package let value: ValueType
  /// How many independent observations the samples come from, as far as is known.
  let observations: Double
  private let hasKernelFrames: Bool

  init(_ selected: SelectedProfile) {
    let profile = selected.profile
    metadata = profile.metadata
    completeness = selected.completeness()
    value = selected.value
    observations = value.observations(in: selected.samples)
    cpuSeconds = value.cpuNanoseconds(of: completeness.samples).map { $0 / 1e9 }
    hasKernelFrames = profile.frames.contains { $0.kind == .kernel }
  }

  /// `1,982 samples, 3.97 s of CPU time, 99.4 % of stacks rooted, 0 lost`.
  var text: String {
    var parts = [value.total(completeness.samples)]
    if let cpuSeconds { parts.append("\(cpuSeconds.fixed(2)) s of CPU time") }
    parts += [completeness.rootedText, metadata.lostText].compactMap { $0 }
    return parts.joined(separator: ", ")
  }

  func write(to json: inout JSONWriter) {
    json.member("value", value.name)
    json.member("unit", value.unit.description)
    json.member("samples", completeness.samples)
    json.key("cpuSeconds")
    if let cpuSeconds { json.value(cpuSeconds) } else { json.value(nil) }
    json.member("durationSeconds", metadata.durationSeconds)
    json.key("rooted")
    if let rooted = completeness.rooted { json.value(rooted) } else { json.value(nil) }
    json.key("lost")
    if metadata.lostText != nil { json.value(metadata.lost) } else { json.value(nil) }
    json.member("sampler", metadata.sampler.name)
  }

  static func warnings(_ before: ComparedProfile, _ after: ComparedProfile, hasTimes: Bool) -> [String] {
    var warnings: [String] = []
    let sides = [before, after]
    if sides.contains(where: { $0.observations < 200 }) {
      warnings.append("One side has fewer than 200 samples: only large changes can be told from noise.")
    }
    if !hasTimes {
      warnings.append(
        "Without sample times on both sides samples are taken for independent, so that some noise may pass for change.")
    }
    if let earlier = before.completeness.rootedShare, let later = after.completeness.rootedShare,
      abs(earlier - later) > 0.02
    {
      warnings.append(
        "Stacks are rooted to \(earlier.percent) before and \(later.percent) after: total shares don't compare.")
    }
    let losses = sides.map {
      Double($0.metadata.lost) / max(1, Double($0.metadata.lost) + Double($0.completeness.samples))
    }
    if losses.contains(where: { $0 > 0.02 }) {
      warnings.append("Samples were lost: \(losses[0].percent) before, \(losses[1].percent) after.")
    }
    if before.hasKernelFrames != after.hasKernelFrames {
      warnings.append("Only the \(before.hasKernelFrames ? "earlier" : "later") profile has kernel frames.")
    }
    let samplers = sides.map(\.metadata.sampler)
    // How an import was sampled is not known.
    let areKnown = samplers.allSatisfy { if case .other = $0 { false } else { true } }
    if samplers[0] != samplers[1], areKnown {
      warnings.append("The samplers differ: \(samplers[0].name) before, \(samplers[1].name) after.")
    }
    return warnings
  }
}
