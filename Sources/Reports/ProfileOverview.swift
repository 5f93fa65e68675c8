import ProfileModel
import Wording

/// Where to look first: what the program did with its time, its hottest path, and what the figures hint at.
package struct ProfileOverview: Sendable {
  /// A part of everything: a module, a thread, a process.
  package struct Part: Hashable, Sendable {
    /// What it is called.
    package var name: String
    /// Its weight.
    package var samples: Int64
  }

  /// A function on the hottest path.
  package struct Step: Hashable, Sendable {
    /// Its name.
    package var name: String
    /// Weight of the samples that go through it there.
    package var samples: Int64
  }

  /// What was sampled, and how far that can be trusted.
  package let trust: TrustSummary
  /// From the outermost frame that tells something to the last that half of its caller's weight goes to.
  package let path: [Step]
  /// By self weight, the heaviest first.
  package let modules: [Part]
  /// By weight, the heaviest first.
  package let threads: [Part]
  /// By weight, the heaviest first.
  package let processes: [Part]
  /// Weight of samples whose leaf is kernel code.
  package let kernel: Int64
  /// Work of the language runtime and of the allocator.
  package let runtime: RuntimeReport
  /// CPU seconds that all targets used, by the kernel's account or, without one, by the samples; nil where not known.
  package let cpuSeconds: Double?
  /// What targets and machine did with their time; nil where it isn't known, or of a part of the recording.
  package let resources: ResourceUse?
  /// Whether the profile tells what its threads waited for, though not in the value that is shown.
  package let hasWaits: Bool
  /// What the figures hint at, the heaviest first; at most five.
  package let hints: [ProfileHint]

  /// Looks at the selected samples.
  ///
  /// - Complexity: O(stack nodes · log(siblings) + samples)
  package init(_ selected: SelectedProfile) {
    let profile = selected.profile
    let trust = TrustSummary(selected)
    var (modules, processes) = ([String: Int64](), [String: Int64]())
    // By row, the last for no module: a name for each sample would take longer than all else.
    var moduleWeights = [Int64](repeating: 0, count: profile.modules.count + 1)
    var processWeights = [Int64](repeating: 0, count: profile.processes.count)
    var threads: [Int: Int64] = [:]
    var kernel: Int64 = 0
    for sample in selected.samples {
      let thread = profile.threads[sample.thread.index]
      let process = profile.processes[thread.process.index]
      if !process.isUnnamed { processWeights[thread.process.index].addSaturating(sample.weight) }
      threads[(thread.first ?? sample.thread).index, default: 0].addSaturating(sample.weight)
      guard let stack = sample.stack else { continue }
      let frame = profile.frames[Int(profile.stacks.frame(of: stack))]
      if frame.kind == .kernel { kernel.addSaturating(sample.weight) }
      guard !frame.kind.isMarker else { continue }
      let module = profile.functions[frame.function.index].module
      moduleWeights[module?.index ?? profile.modules.count].addSaturating(sample.weight)
    }
    for (index, weight) in moduleWeights.enumerated() where weight != 0 {
      let name = index < profile.modules.count ? profile.modules[index].name : "[unknown]"
      modules[name, default: 0].addSaturating(weight)
    }
    for (process, weight) in zip(profile.processes, processWeights) where weight != 0 {
      processes["\(process.name) (\(process.pid))", default: 0].addSaturating(weight)
    }
    self.trust = trust
    self.kernel = kernel
    self.modules = Self.sorted(modules.map { Part(name: $0.key, samples: $0.value) })
    self.processes = Self.sorted(processes.map { Part(name: $0.key, samples: $0.value) })
    let parts = threads.map { index, samples in
      let thread = profile.threads[index]
      return Part(name: thread.tid == 0 ? thread.name : "\(thread.name) (\(thread.tid))", samples: samples)
    }
    self.threads = Self.sorted(parts)
    path = Self.hottestPath(CallTree(selected))
    runtime = RuntimeReport(selected)
    let sampled = trust.value.cpuNanoseconds(of: trust.completeness.samples).map { $0 / 1e9 }
    let isAll =
      selected.selection.threads == nil && selected.selection.processes == nil && selected.selection.time == nil
    cpuSeconds = isAll ? profile.metadata.cpuSecondsUsed ?? sampled : sampled
    resources = isAll ? Self.resources(of: profile.metadata) : nil
    hasWaits = profile.valueTypes.contains { $0.name == "off-cpu" }
    hints = ProfileHint.hints(
      selected,
      ProfileHint.Figures(trust: trust, runtime: runtime, threads: self.threads, resources: resources))
  }

  /// With the threads' times as the account of their waits has them, where there is one.
  private static func resources(of metadata: ProfileMetadata) -> ResourceUse? {
    guard var use = metadata.resources else { return nil }
    for case .threadTimes(let times) in metadata.notes where use.threads == nil {
      var threads = ResourceUse.Threads()
      (threads.count, threads.wall) = (times.threads, times.wall)
      (threads.onCPU, threads.runnable) = (times.onCPU, times.runnable)
      use.threads = threads
    }
    return use
  }

  private static func sorted(_ parts: [Part]) -> [Part] {
    parts.sorted { left, right in
      left.samples == right.samples
        ? left.name.utf8.lexicographicallyPrecedes(right.name.utf8) : left.samples > right.samples
    }
  }

  /// Down the heaviest callees, as long as one has at least half of its caller's weight; what everything goes through is
  /// left out but for its last function.
  private static func hottestPath(_ tree: CallTree) -> [Step] {
    var steps: [Step] = []
    var node = CallTree.root
    let whole = tree.totalWeights[node]
    while true {
      var heaviest: Int?
      for child in tree.children(of: node)
      where heaviest.map({ tree.totalWeights[child] > tree.totalWeights[$0] }) ?? true { heaviest = child }
      guard let next = heaviest, tree.totalWeights[next] > 0, tree.totalWeights[next] >= tree.totalWeights[node] / 2
      else {
        break
      }
      node = next
      let label = tree.label(of: node)
      guard label.kind != .process, label.kind != .thread else { continue }
      if Double(tree.totalWeights[node]) > 0.98 * Double(whole) { steps.removeAll() }
      steps.append(Step(name: label.name, samples: tree.totalWeights[node]))
    }
    return steps
  }

  /// How many CPUs were busy on average; nil where that isn't known.
  package var busyCPUs: Double? {
    guard let cpuSeconds, trust.metadata.durationSeconds > 0 else { return nil }
    return cpuSeconds / trust.metadata.durationSeconds
  }
}
