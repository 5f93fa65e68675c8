import ProfileModel
import TextWriting
import Wording

/// What is known of how one side of a comparison was recorded.
package struct ComparedSide: Sendable {
  /// How its runs were recorded; none of those in a baseline.
  package let recordings: [ProfileMetadata]
  /// Rooted, truncated and named samples, of all recordings together.
  package let completeness: Completeness
  /// CPU time that the samples stand for; nil where that isn't known.
  package let cpuSeconds: Double?
  /// What the samples' weights are amounts of.
  package let value: ValueType
  /// The number of runs.
  package let runs: Int
  /// How long they lasted together.
  package let seconds: Double
  /// How many independent observations the samples come from, as far as is known.
  let observations: Double
  private let hasKernelFrames: Bool?

  init(_ inputs: [ComparisonInput], _ table: SideTable) {
    var completeness = Completeness()
    var recordings: [ProfileMetadata] = []
    var hasKernelFrames = false
    var rooted: Int64? = 0
    for case .profile(let selected) in inputs {
      let own = selected.completeness()
      completeness.samples.addSaturating(own.samples)
      completeness.symbolizedSelf.addSaturating(own.symbolizedSelf)
      completeness.unsymbolizedSelf.addSaturating(own.unsymbolizedSelf)
      for (reason, weight) in own.truncated { completeness.truncated[reason, default: 0].addSaturating(weight) }
      if let part = own.rooted { rooted?.addSaturating(part) } else { rooted = nil }
      recordings.append(selected.profile.metadata)
      hasKernelFrames = hasKernelFrames || selected.profile.frames.contains { $0.kind == .kernel }
    }
    if recordings.count < inputs.count {
      rooted = nil
      completeness.samples = Int64(min(table.weight, 9e18))
    }
    completeness.rooted = rooted
    self.completeness = completeness
    self.recordings = recordings
    self.hasKernelFrames = recordings.count == inputs.count ? hasKernelFrames : nil
    value = table.value
    runs = table.runCount
    seconds = table.seconds.reduce(0, +)
    observations = table.observations
    cpuSeconds = table.cpuSecondsPerAmount.map { $0 * table.weight }
  }

  /// Samples that were lost, of all recordings.
  private var lost: UInt64 { recordings.reduce(0) { $0 &+ $1.lost } }
  private var lostText: String? { recordings.contains { $0.lostText != nil } ? "\(lost.grouped) lost" : nil }

  /// Of the time that threads wanted a CPU the share that they had none; nil where it isn't known of all recordings.
  private var waitShare: Double? {
    let threads = recordings.compactMap { $0.resources?.threads }
    guard !threads.isEmpty, threads.count == recordings.count else { return nil }
    var sum = ResourceUse.Threads()
    for thread in threads {
      sum.onCPU += thread.onCPU
      sum.runnable += thread.runnable
      sum.wall += thread.wall
      sum.unread += thread.unread
    }
    return sum.waitShare
  }

  /// `1,982 samples, 3.97 s of CPU time, 99.4 % of stacks rooted, 0 lost`.
  var text: String {
    var parts = [value.total(completeness.samples)]
    if let cpuSeconds { parts.append("\(cpuSeconds.fixed(2)) s of CPU time") }
    if runs > 1 { parts.insert("\(runs) runs", at: 0) }
    parts += [completeness.rootedText, lostText].compactMap { $0 }
    return parts.joined(separator: ", ")
  }

  func write(to json: inout JSONWriter) {
    json.member("value", value.name)
    json.member("unit", value.unit.description)
    json.member("samples", completeness.samples)
    json.member("cpuSeconds", cpuSeconds)
    json.member("runs", runs)
    json.member("durationSeconds", seconds)
    json.member("rooted", completeness.rooted)
    json.key("lost")
    if lostText != nil { json.value(lost) } else { json.value(nil) }
    json.member("sampler", recordings.first?.sampler.name)
  }

  static func warnings(
    _ before: ComparedSide, _ after: ComparedSide, _ units: FunctionComparison.Units, isSlow: Bool
  ) -> [String] {
    var warnings: [String] = []
    let sides = [before, after]
    if sides.contains(where: { $0.observations < 200 }) {
      warnings.append("One side has fewer than 200 samples: only large changes can be told from noise.")
    }
    if isSlow {
      warnings.append(
        "What the program does changes too slowly for recordings this long: no verdicts. Record for longer, or at "
          + "least \(DesignChoice.fewestRuns) runs of each side.")
    }
    if !units.areRuns, min(units.before, units.after) < DesignChoice.fewestRuns {
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
      Double($0.lost) / max(1, Double($0.lost) + Double($0.completeness.samples))
    }
    if losses.contains(where: { $0 > 0.02 }) {
      warnings.append("Samples were lost: \(losses[0].percent) before, \(losses[1].percent) after.")
    }
    if let earlier = before.hasKernelFrames, let later = after.hasKernelFrames, earlier != later {
      warnings.append("Only the \(earlier ? "earlier" : "later") profile has kernel frames.")
    }
    if let earlier = before.waitShare, let later = after.waitShare, abs(earlier - later) > 0.1 {
      warnings.append(
        "Threads that wanted a CPU waited \(earlier.percent) of the time for one before, \(later.percent) after: the "
          + "machine was not as free, which changes times and shares.")
    }
    let samplers = Set(sides.flatMap { side in side.recordings.map(\.sampler) })
    // How an import was sampled is not known.
    let areKnown = samplers.allSatisfy { if case .other = $0 { false } else { true } }
    if samplers.count > 1, areKnown {
      warnings.append("The samplers differ: \(samplers.map(\.name).sorted().joined(separator: ", ")).")
    }
    return warnings
  }
}
