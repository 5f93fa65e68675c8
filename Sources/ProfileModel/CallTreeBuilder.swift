/// Turns prefix trees of frames into one preorder tree of names.
///
/// Several stack nodes can become one tree node: two lines of a function are two frames with one name. So the walk goes
/// from a tree node, with the set of stack nodes merged into it, to their children, sorted by name; runs of equal names
/// are the next tree nodes' sets. Sets lie end to end in one array that grows and shrinks with the walk.
struct CallTreeBuilder {
  private struct Group: Hashable {
    /// Nil where the source says nothing of processes.
    var process: UInt32?
    var thread: UInt32?
  }

  private struct Entry {
    var stack: UInt32
    var weight: Int64
    var isBaseline: Bool
  }

  private struct Pending {
    var parent: UInt32
    var setSize: UInt32
  }

  private static let none = UInt32.max

  private let threads: Bool
  private var labels = CallTreeLabels()
  private var tree = CallTree()

  // Stack nodes of all profiles, one after the other.
  private var stackParents: [UInt32] = []
  private var stackLabels: [UInt32] = []
  private var stackLines: [UInt32] = []
  private var hasLines = false
  private var groups: [Group] = []
  private var groupIndices: [Group: UInt32] = [:]
  private var entries: [[Entry]] = []  // for each group

  // While walking.
  private var ranks: [UInt32] = []
  private var firstChild: [UInt32] = []
  private var nextSibling: [UInt32] = []
  private var visitedFor: [UInt32] = []
  private var selfOfStack: [Int64] = []
  private var baselineOfStack: [Int64] = []
  private var pending: [Pending] = []
  private var sets: [UInt32] = []
  private var scratch: [UInt64] = []

  init(threads: Bool) {
    self.threads = threads
  }

  // MARK: Taking profiles in

  mutating func add(_ selected: SelectedProfile, isBaseline: Bool) {
    let profile = selected.profile
    let offset = UInt32(truncatingIfNeeded: stackParents.count)
    addStacks(of: profile, offset: offset)
    let groupOfThread = profile.threads.map { thread in
      let record = profile.processes[thread.process.index]
      let process = record.isUnnamed ? nil : nameLabel(record.name, .process)
      let isNamed = threads && !(record.isUnnamed && thread.name.isEmpty)
      return intern(Group(process: process, thread: isNamed ? nameLabel(thread.name, .thread) : nil))
    }
    var frameless: UInt32?
    for sample in selected.samples where sample.weight > 0 {
      let stack: UInt32
      if let id = sample.stack {
        stack = offset + id.rawValue
      } else if let node = frameless {
        stack = node
      } else {
        stack = UInt32(truncatingIfNeeded: stackParents.count)
        frameless = stack
        stackParents.append(Self.none)
        stackLabels.append(nameLabel("[truncated: no frames]", .truncated))
        stackLines.append(0)
      }
      entries[Int(groupOfThread[sample.thread.index])].append(
        Entry(stack: stack, weight: sample.weight, isBaseline: isBaseline))
    }
  }

  private mutating func addStacks(of profile: Profile, offset: UInt32) {
    let labelOfFrame = labelsOfFrames(profile)
    if offset == 0 {
      stackParents = profile.stacks.parents
    } else {
      stackParents.reserveCapacity(stackParents.count + profile.stacks.count)
      for parent in profile.stacks.parents {
        stackParents.append(parent == StackTable.noParent ? Self.none : parent + offset)
      }
    }
    stackLabels.reserveCapacity(stackParents.count)
    for frame in profile.stacks.frames { stackLabels.append(labelOfFrame[Int(frame)]) }
    stackLines.reserveCapacity(stackParents.count)
    for frame in profile.stacks.frames { stackLines.append(profile.frames[Int(frame)].line) }
    hasLines = hasLines || profile.frames.contains { $0.line != 0 }
  }

  private mutating func labelsOfFrames(_ profile: Profile) -> [UInt32] {
    let kinds = FrameKind.allCases.count
    var known = [UInt32](repeating: Self.none, count: profile.functions.count * kinds)
    return profile.frames.map { frame in
      let slot = frame.function.index * kinds + Int(frame.kind.rawValue)
      if known[slot] != Self.none { return known[slot] }
      let function = profile.functions[frame.function.index]
      let label = CallTree.Label(
        name: function.name, kind: CallTree.Kind(frame.kind), fullName: function.fullName,
        linkageName: function.linkageName, module: function.module.map { profile.modules[$0.index].path },
        file: function.file)
      known[slot] = labels.append(label)
      return known[slot]
    }
  }

  private mutating func nameLabel(_ name: String, _ kind: CallTree.Kind) -> UInt32 {
    labels.intern(CallTree.Label(name: name.isEmpty ? "[unknown]" : name, kind: kind))
  }

  private mutating func intern(_ group: Group) -> UInt32 {
    if let index = groupIndices[group] { return index }
    let index = UInt32(truncatingIfNeeded: groups.count)
    groups.append(group)
    entries.append([])
    groupIndices[group] = index
    return index
  }

  // MARK: Building

  mutating func build(isComparison: Bool) -> CallTree {
    let everything = nameLabel("all", .all)
    ranks = labels.ranks()
    prepareWalk(isComparison: isComparison)
    append(parent: 0, label: everything)
    func rank(_ group: Group) -> (UInt32, UInt32) {
      (group.process.map { ranks[Int($0)] } ?? 0, group.thread.map { ranks[Int($0)] } ?? 0)
    }
    let order = groups.indices.filter { !entries[$0].isEmpty }.sorted { rank(groups[$0]) < rank(groups[$1]) }
    var process: (label: UInt32, node: UInt32)?
    for index in order {
      let group = groups[index]
      if let label = group.process, process?.label != label { process = (label, append(parent: 0, label: label)) }
      var parent = group.process == nil ? 0 : process?.node ?? 0
      if let thread = group.thread { parent = append(parent: parent, label: thread) }
      walk(group: UInt32(truncatingIfNeeded: index), below: parent)
    }
    finish()
    return tree
  }

  private mutating func prepareWalk(isComparison: Bool) {
    let count = stackParents.count
    firstChild = Array(repeating: Self.none, count: count)
    nextSibling = Array(repeating: Self.none, count: count)
    visitedFor = Array(repeating: Self.none, count: count)
    selfOfStack = Array(repeating: 0, count: count)
    baselineOfStack = isComparison ? Array(repeating: 0, count: count) : []
    for node in stride(from: count - 1, through: 0, by: -1) where stackParents[node] != Self.none {
      let parent = Int(stackParents[node])
      nextSibling[node] = firstChild[parent]
      firstChild[parent] = UInt32(truncatingIfNeeded: node)
    }
    if !hasLines { stackLines = [] }
  }

  /// Adds the stacks of one group's samples below `parent`.
  private mutating func walk(group: UInt32, below parent: UInt32) {
    scratch.removeAll(keepingCapacity: true)
    for entry in entries[Int(group)] {
      if entry.isBaseline {
        baselineOfStack[Int(entry.stack)].addSaturating(entry.weight)
      } else {
        selfOfStack[Int(entry.stack)].addSaturating(entry.weight)
      }
      var node = entry.stack
      while visitedFor[Int(node)] != group {
        visitedFor[Int(node)] = group
        guard stackParents[Int(node)] != Self.none else {
          scratch.append(sortKey(node))
          break
        }
        node = stackParents[Int(node)]
      }
    }
    pushScratch(parent: parent)
    while let next = pending.popLast() {
      let node = emit(next)
      guard !scratch.isEmpty else { continue }
      pushScratch(parent: node)
    }
    for entry in entries[Int(group)] {
      selfOfStack[Int(entry.stack)] = 0
      if !baselineOfStack.isEmpty { baselineOfStack[Int(entry.stack)] = 0 }
    }
  }

  /// Makes the topmost set a tree node and leaves its members' children in `scratch`.
  private mutating func emit(_ next: Pending) -> UInt32 {
    scratch.removeAll(keepingCapacity: true)
    let start = sets.count - Int(next.setSize)
    let first = Int(sets[start])
    let group = visitedFor[first]
    let node = append(parent: next.parent, label: stackLabels[first])
    for index in start..<sets.count {
      let member = Int(sets[index])
      merge(member, into: Int(node))
      var child = firstChild[member]
      while child != Self.none {
        if visitedFor[Int(child)] == group { scratch.append(sortKey(child)) }
        child = nextSibling[Int(child)]
      }
    }
    sets.removeLast(Int(next.setSize))
    return node
  }

  private mutating func merge(_ member: Int, into node: Int) {
    tree.selfWeights[node].addSaturating(selfOfStack[member])
    if !baselineOfStack.isEmpty { tree.baselineSelfWeights[node].addSaturating(baselineOfStack[member]) }
    if stackLabels[member] != tree.labelIndices[node] {
      tree.labelIndices[node] = labels.combine(tree.labelIndices[node], stackLabels[member])
    }
    if hasLines, stackLines[member] != 0 {
      tree.lowLines[node] = min(tree.lowLines[node], stackLines[member])
      tree.highLines[node] = max(tree.highLines[node], stackLines[member])
    }
  }

  /// Sorts `scratch` and pushes its runs of equal rank so that the first is popped first.
  private mutating func pushScratch(parent: UInt32) {
    if scratch.count > 1 { scratch.sort() }
    var end = scratch.count
    while end > 0 {
      var start = end - 1
      while start > 0, scratch[start - 1] >> 32 == scratch[end - 1] >> 32 { start -= 1 }
      for index in start..<end { sets.append(UInt32(truncatingIfNeeded: scratch[index])) }
      pending.append(Pending(parent: parent, setSize: UInt32(truncatingIfNeeded: end - start)))
      end = start
    }
  }

  private func sortKey(_ stack: UInt32) -> UInt64 { UInt64(ranks[Int(stackLabels[Int(stack)])]) << 32 | UInt64(stack) }

  @discardableResult
  private mutating func append(parent: UInt32, label: UInt32) -> UInt32 {
    tree.parents.append(parent)
    tree.labelIndices.append(label)
    tree.selfWeights.append(0)
    if !baselineOfStack.isEmpty { tree.baselineSelfWeights.append(0) }
    if hasLines {
      tree.lowLines.append(UInt32.max)
      tree.highLines.append(0)
    }
    return UInt32(truncatingIfNeeded: tree.parents.count - 1)
  }

  private mutating func finish() {
    let count = tree.parents.count
    tree.totalWeights = tree.selfWeights
    tree.baselineTotalWeights = tree.baselineSelfWeights
    tree.ends = Array(repeating: 0, count: count)
    for node in stride(from: count - 1, through: 0, by: -1) {
      tree.ends[node] = max(tree.ends[node], UInt32(truncatingIfNeeded: node + 1))
      guard node > 0 else { break }
      let parent = Int(tree.parents[node])
      tree.ends[parent] = max(tree.ends[parent], tree.ends[node])
      tree.totalWeights[parent].addSaturating(tree.totalWeights[node])
      if !tree.baselineTotalWeights.isEmpty {
        tree.baselineTotalWeights[parent].addSaturating(tree.baselineTotalWeights[node])
      }
    }
    tree.labels = labels.labels
  }
}

extension Int64 {
  /// Adds a weight; weights come from files, so a sum can pass the limit, where it stays.
  public mutating func addSaturating(_ other: Int64) {
    let (sum, overflow) = addingReportingOverflow(other)
    self = overflow ? .max : sum
  }
}
