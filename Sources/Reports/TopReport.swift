import ProfileModel
import Wording

/// What a live view shows of the last seconds: the same figures as reports of a recording of that time.
package struct TopReport: Sendable {
  /// A thread with its samples.
  package struct ThreadRow: Hashable, Sendable {
    package var process: String
    package var pid: Int32
    package var name: String
    package var tid: Int32
    /// Its amount of the value that is shown.
    package var amount: Int64
    /// What it waited for longest; nil where waits are not sampled, or it did not wait.
    package var wait: String?
  }

  /// What was sampled, with names.
  package let profile: Profile
  /// The last of how many seconds.
  package let seconds: Double
  /// Value types that can be shown, in the profile's order: those of which there is something.
  package let values: [ValueTypeID]

  /// A view of what was sampled in so many seconds.
  package init(_ profile: Profile, seconds: Double) {
    self.profile = profile
    self.seconds = seconds
    let totals = profile.valueTotals
    let present = totals.indices.filter { totals[$0] != 0 }
    values = (present.isEmpty ? [0] : present).map { ValueTypeID(index: $0) }
  }

  /// The samples of a value type, counted on beyond the last.
  package func selected(_ value: Int) -> SelectedProfile {
    SelectedProfile(profile, Selection(values[value % values.count]))
  }

  /// Threads by their amounts, the largest first.
  package func threads(_ selected: SelectedProfile) -> [ThreadRow] {
    // One that has had several names stands under the last.
    let first = profile.threads.indices.map { profile.threads[$0].first?.index ?? $0 }
    var amounts = [Int64](repeating: 0, count: profile.threads.count)
    var last = Array(profile.threads.indices)
    for sample in selected.samples {
      amounts[first[sample.thread.index]].addSaturating(sample.weight)
      last[first[sample.thread.index]] = sample.thread.index
    }
    let waits = waits(first)
    let rows = amounts.indices.filter { amounts[$0] > 0 }.map { index -> ThreadRow in
      let thread = profile.threads[last[index]]
      let process = profile.processes[thread.process.index]
      return ThreadRow(
        process: process.name, pid: process.pid, name: thread.name, tid: thread.tid, amount: amounts[index],
        wait: waits[index])
    }
    return rows.sorted { ($1.amount, $0.pid, $0.tid) < ($0.amount, $1.pid, $1.tid) }
  }

  /// What each thread waited for longest, idle or not.
  private func waits(_ first: [Int]) -> [Int: String] {
    let kinds = ["off-cpu", "idle"].compactMap { profile.valueType(named: $0) }
    guard !kinds.isEmpty else { return [:] }
    var times: [Int: [String: Int64]] = [:]
    for sample in profile.samples where kinds.contains(sample.value) {
      guard let stack = sample.stack.map(waitEnd) else { continue }
      let frame = profile.frames[Int(profile.stacks.frame(of: stack))]
      times[first[sample.thread.index], default: [:]][profile.functions[frame.function.index].name, default: 0]
        .addSaturating(sample.weight)
    }
    return times.compactMapValues { times in
      times.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }
  }

  /// Where a stack says what is waited for: at its leaf, but where whoever ended the wait stands behind.
  private func waitEnd(_ stack: StackID) -> StackID {
    func name(_ stack: StackID) -> String {
      profile.functions[profile.frames[Int(profile.stacks.frame(of: stack))].function.index].name
    }
    guard name(stack).hasPrefix("[woken by ") else { return stack }
    var next: StackID? = stack
    while let at = next {
      if WaitReason.frameNames.contains(name(at)) { return at }
      next = profile.stacks.parent(of: at)
    }
    return stack
  }

  /// How far the figures can be trusted, in a line: what is always in sight.
  package func trust(_ selected: SelectedProfile) -> [String] {
    let completeness = selected.completeness()
    guard completeness.samples > 0 else {
      return ["no samples", profile.metadata.lostText ?? ""].filter { !$0.isEmpty }
    }
    var parts = [completeness.shortRootedText ?? "", profile.metadata.lostText ?? ""]
    // Of waits the leaf says what is waited for, and has no code to name.
    if selected.value.name == "samples" {
      let share = Double(completeness.unsymbolizedSelf) / Double(completeness.samples)
      parts.append("\(share.percent) unnamed")
    }
    if profile.metadata.throttled > 0 { parts.append("throttled \(profile.metadata.throttled) times") }
    for (reason, amount) in completeness.truncatedByWeight.prefix(2) {
      parts.append("\((Double(amount) / Double(completeness.samples)).percent) \(reason)")
    }
    return parts.filter { !$0.isEmpty }
  }
}
