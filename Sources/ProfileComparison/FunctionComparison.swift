import ProfileModel

/// Two profiles side by side, function by function, with what of their differences is more than noise.
///
/// Shares of samples are compared, never counts, so recordings of different length or rate compare.
package struct FunctionComparison: Sendable {
  /// Which samples a share is of.
  package enum Measure: String, Hashable, Sendable, CaseIterable {
    /// Samples in the function itself.
    case `self`
    /// Samples in it and in what it called.
    case total
  }

  /// What to compare.
  package struct Options: Hashable, Sendable {
    /// What rows are sorted by and shown with.
    package var measure: Measure
    /// Of the changes that are called more than noise, the share that may be noise after all.
    package var falseDiscoveryRate: Double

    /// Self shares, 5 % false discoveries.
    package init(measure: Measure = .self, falseDiscoveryRate: Double = 0.05) {
      self.measure = measure
      self.falseDiscoveryRate = falseDiscoveryRate
    }
  }

  /// A function in both profiles.
  package struct Row: Hashable, Sendable {
    /// The function's name; functions of one name are taken together.
    package var name: String
    /// Path of a module that it lies in, where known.
    package var modulePath: String?
    /// Samples in the function itself.
    package var own: ShareChange
    /// Samples in it and in what it called.
    package var total: ShareChange

    /// Whether only the later profile has it.
    package var isNew: Bool { total.samplesBefore == 0 }
    /// Whether only the earlier profile has it.
    package var isVanished: Bool { total.samplesAfter == 0 }

    /// The change by one measure.
    package func change(_ measure: Measure) -> ShareChange { measure == .self ? own : total }
  }

  /// All functions that either profile has samples of, largest difference first.
  package let rows: [Row]
  /// The earlier profile.
  package let before: ComparedProfile
  /// The later profile.
  package let after: ComparedProfile
  /// Sentences on what makes the two hard to compare.
  package let warnings: [String]
  /// What was asked for.
  package let options: Options

  /// Compares the selected samples of two profiles.
  ///
  /// - Complexity: O(blocks · stacks + samples + functions · log(functions)) of each, with at most 64 blocks.
  package init(before: SelectedProfile, after: SelectedProfile, _ options: Options = Options()) {
    self.options = options
    self.before = ComparedProfile(before)
    self.after = ComparedProfile(after)
    var functions = SharedFunctions()
    let groupsBefore = functions.add(before.profile)
    let groupsAfter = functions.add(after.profile)
    let estimatesBefore = ShareEstimates.estimate(
      before, StackGrouping(before.profile.stacks, groupOfFrame: groupsBefore, count: functions.names.count),
      total: self.before.completeness.samples, observations: self.before.observations)
    let estimatesAfter = ShareEstimates.estimate(
      after, StackGrouping(after.profile.stacks, groupOfFrame: groupsAfter, count: functions.names.count),
      total: self.after.completeness.samples, observations: self.after.observations)
    let rate = options.falseDiscoveryRate
    let own = Self.changes(estimatesBefore.own, estimatesAfter.own, rate: rate)
    let total = Self.changes(estimatesBefore.total, estimatesAfter.total, rate: rate)

    var rows: [Row] = []
    for (index, name) in functions.names.enumerated()
    where total[index].samplesBefore > 0 || total[index].samplesAfter > 0 {
      rows.append(Row(name: name, modulePath: functions.modules[index], own: own[index], total: total[index]))
    }
    rows.sort { left, right in
      let first = abs(left.change(options.measure).difference)
      let second = abs(right.change(options.measure).difference)
      guard first == second else { return first > second }
      let (heavy, light) = (left.change(options.measure).after, right.change(options.measure).after)
      return heavy == light ? left.name.utf8.lexicographicallyPrecedes(right.name.utf8) : heavy > light
    }
    self.rows = rows
    let hasTimes = estimatesBefore.own.hasBlocks && estimatesAfter.own.hasBlocks
    warnings = ComparedProfile.warnings(self.before, self.after, hasTimes: hasTimes)
  }

  /// The rows whose change is more than noise.
  package var changed: [Row] { rows.filter { $0.change(options.measure).verdict != .noise } }

  /// The share of samples that is in other functions than before, counting only changes that are more than noise.
  package var movedShare: Double {
    let changes = rows.map(\.own).filter { $0.verdict != .noise }
    let grown = changes.reduce(0) { $0 + max(0, $1.difference) }
    let shrunk = changes.reduce(0) { $0 + max(0, -$1.difference) }
    return max(grown, shrunk)
  }

  /// The fewest samples, in both profiles together, that a function is judged by: with less nothing can be found, and
  /// every function looked at makes it harder to find something in the others.
  private static let fewestObservations = 10.0

  private static func changes(_ before: ShareEstimates, _ after: ShareEstimates, rate: Double) -> [ShareChange] {
    var changes = before.weights.indices.map { function in
      let variances = (before.variances[function], after.variances[function])
      let degrees = (before.degreesOfFreedom[function], after.degreesOfFreedom[function])
      var change = ShareChange(
        samplesBefore: before.weights[function], samplesAfter: after.weights[function],
        before: before.share(of: function), after: after.share(of: function),
        margin: Significance.margin(variances: variances, degrees: degrees), probability: 1, verdict: .noise)
      change.probability = Significance.probability(
        difference: change.difference, variances: variances, degrees: degrees)
      return change
    }
    let judged = changes.indices.filter { index in
      before.observations(of: index) + after.observations(of: index) >= fewestObservations
    }
    let discoveries = Significance.discoveries(judged.map { changes[$0].probability }, rate: rate)
    for (index, isDiscovery) in zip(judged, discoveries) where isDiscovery {
      changes[index].verdict = changes[index].difference > 0 ? .grew : .shrank
    }
    return changes
  }
}
