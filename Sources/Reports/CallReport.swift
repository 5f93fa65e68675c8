import ProfileModel

/// Who calls a function, and what it calls.
///
/// A caller's samples are those where it calls the function anywhere on the stack, each counted once; with recursion
/// they can add up to more than the function's total. All functions of the name are taken together, and where none has
/// the name all whose names hold it.
package struct CallReport: Sendable {
  /// A function at the other end of calls.
  package struct Row: Hashable, Sendable {
    /// Caller or callee; nil for a stack's begin (no caller) or the function itself (no callee).
    package var function: ReportedFunction?
    /// Samples with that call on the stack.
    package var samples: Int64
  }

  /// The function's name, or, where several functions are taken together, what all their names have.
  package let name: String
  /// The functions that are taken together, the heaviest first.
  package let names: [String]
  /// Modules that have a function of that name, by path.
  package let modules: [String]
  /// Samples in the function.
  package let own: Int64
  /// Samples with the function on the stack.
  package let total: Int64
  /// Heaviest first; the row without a function stands for stacks that begin with it.
  package let callers: [Row]
  /// Heaviest first; the row without a function stands for samples in the function itself.
  package let callees: [Row]
  /// How far the figures can be trusted.
  package let trust: TrustSummary

  /// Looks a function up and adds its calls up.
  ///
  /// - Parameters:
  ///   - name: A function's name: short, full or linker's; else part of names.
  /// - Complexity: O(stacks + samples + functions)
  package init(_ selected: SelectedProfile, function name: String) throws(ReportError) {
    let profile = selected.profile
    let index = FunctionIndex(profile)
    let grouping = index.grouping(of: profile.stacks)
    let totals = grouping.weights(of: selected.samples).total
    names = try Self.resolve(name, in: profile, index, totals: totals)
    self.name = names.count == 1 ? names[0] : name
    let wanted = Set(names)
    let isTarget = index.functions.map { wanted.contains($0.name) }
    modules = Set(zip(index.functions, isTarget).compactMap { $1 ? $0.modulePath : nil }).sorted()
    trust = TrustSummary(selected)

    var edges = CallEdges(grouping, isTarget: isTarget)
    edges.add(selected)
    own = edges.own
    total = edges.total
    callers = Self.rows(edges.callers, none: edges.withoutCaller, index.functions)
    callees = Self.rows(edges.callees, none: edges.own, index.functions)
  }

  private static func rows(_ weights: [Int64], none: Int64, _ functions: [ReportedFunction]) -> [Row] {
    var rows = weights.indices.filter { weights[$0] > 0 }.map { Row(function: functions[$0], samples: weights[$0]) }
    if none > 0 { rows.append(Row(function: nil, samples: none)) }
    return rows.sorted { left, right in
      guard left.samples == right.samples else { return left.samples > right.samples }
      guard let first = left.function, let second = right.function else { return left.function == nil }
      return ReportedFunction.precedes(first, second)
    }
  }

  private static func resolve(
    _ name: String, in profile: Profile, _ index: FunctionIndex, totals: [Int64]
  ) throws(ReportError) -> [String] {
    var weightOfName: [String: Int64] = [:]
    for (group, function) in index.functions.enumerated() where totals[group] > 0 {
      weightOfName[function.name, default: 0] += totals[group]
    }
    if weightOfName[name] != nil { return [name] }
    let exact = profile.functions.first {
      ($0.fullName == name || $0.linkageName == name) && weightOfName[$0.name] != nil
    }
    if let exact { return [exact.name] }
    let candidates = weightOfName.filter { !name.isEmpty && $0.key.contains(name) }.sorted { left, right in
      left.value == right.value ? left.key.utf8.lexicographicallyPrecedes(right.key.utf8) : left.value > right.value
    }
    guard !candidates.isEmpty else { throw .noSuchFunction(name: name) }
    return candidates.map(\.key)
  }
}

/// Adds up calls into and out of the groups marked as targets, each call once for each stack.
private struct CallEdges {
  private let grouping: StackGrouping
  private let isTarget: [Bool]
  private(set) var callers: [Int64]
  private(set) var callees: [Int64]
  private(set) var withoutCaller: Int64 = 0
  private(set) var own: Int64 = 0
  private(set) var total: Int64 = 0

  init(_ grouping: StackGrouping, isTarget: [Bool]) {
    self.grouping = grouping
    self.isTarget = isTarget
    callers = Array(repeating: 0, count: grouping.count)
    callees = Array(repeating: 0, count: grouping.count)
  }

  mutating func add(_ selected: SelectedProfile) {
    var leaves: Int64 = 0
    let subtrees = grouping.subtreeWeights(of: selected.samples) { stack, weight in
      if isTargetNode(stack) { leaves += weight }
    }
    own = leaves
    let parents = selected.profile.stacks.parents
    // How many calls from (to) each group the path from the root holds, and how many targets.
    var callsFrom = [UInt32](repeating: 0, count: grouping.count)
    var callsTo = callsFrom
    var targets = 0
    selected.profile.stacks.walk { node in
      let group = grouping.groups[node]
      if let caller = named(parents[node]), isTargetNode(caller), group != StackGrouping.none {
        if callsTo[Int(group)] == 0 { callees[Int(group)] += subtrees[node] }
        callsTo[Int(group)] += 1
      }
      guard isTargetNode(node) else { return }
      if targets == 0 { total += subtrees[node] }
      targets += 1
      if let caller = named(parents[node]) {
        let callerGroup = Int(grouping.groups[caller])
        if callsFrom[callerGroup] == 0 { callers[callerGroup] += subtrees[node] }
        callsFrom[callerGroup] += 1
      } else {
        withoutCaller += subtrees[node]
      }
    } leave: { node in
      let group = grouping.groups[node]
      if let caller = named(parents[node]), isTargetNode(caller), group != StackGrouping.none {
        callsTo[Int(group)] -= 1
      }
      guard isTargetNode(node) else { return }
      targets -= 1
      if let caller = named(parents[node]) { callsFrom[Int(grouping.groups[caller])] -= 1 }
    }
  }

  private func isTargetNode(_ node: Int) -> Bool {
    grouping.groups[node] != StackGrouping.none && isTarget[Int(grouping.groups[node])]
  }

  /// A caller that is a function; nil at a root and below frames that stand for missing ones.
  private func named(_ parent: UInt32) -> Int? {
    parent == StackTable.noParent || grouping.groups[Int(parent)] == StackGrouping.none ? nil : Int(parent)
  }
}
