/// How large views get, found before they are made: a tree of stacks of a few megabytes can stand for terabytes of text.
extension SelectedProfile {
  /// How a format tells the places apart that each have stacks of their own.
  public enum Grouping: Sendable {
    /// Processes by their names.
    case processes
    /// Threads by their process's name and their own.
    case threads
    /// Each row of threads.
    case threadRows
  }

  /// Throws when all groups together have more stack nodes than a call tree may.
  ///
  /// - Parameter bytesEach: What a node takes of an output; 0 where it is no output that nodes make long.
  public func checkTree(
    _ grouping: Grouping, bytesEach: Int = 0, _ budget: ReadingBudget
  ) throws(ReadingBudget.Exceeded) {
    let (groups, count) = groups(grouping)
    var limit = budget.limit(.treeNodes)
    if bytesEach > 0 { limit = min(limit, budget.limit(.outputBytes) / bytesEach) }
    guard profile.stacks.count.multipliedReportingOverflow(by: count).overflow || profile.stacks.count * count > limit
    else { return }
    var budget = budget.limiting(.treeNodes, to: limit)
    var order = samples.filter { $0.weight > 0 && $0.stack != nil }.map { sample in
      UInt64(groups[sample.thread.index]) << 32 | UInt64(sample.stack?.rawValue ?? 0)
    }
    order.sort()
    var visitedFor = [UInt32](repeating: .max, count: profile.stacks.count)
    let parents = profile.stacks.parents
    for sample in order {
      let group = UInt32(truncatingIfNeeded: sample >> 32)
      var node = UInt32(truncatingIfNeeded: sample)
      while node != StackTable.noParent, visitedFor[Int(node)] != group {
        visitedFor[Int(node)] = group
        try budget.take(1, .treeNodes)
        node = parents[Int(node)]
      }
    }
  }

  /// Throws when the stacks written out, each from its root, take more bytes than an output may.
  ///
  /// - Parameters:
  ///   - grouping: Equal stacks of a group are written once; nil when each run of equal stacks of a thread is.
  ///   - bytesOfFrame: What a frame takes.
  ///   - bytesEach: What a stack takes beside its frames.
  ///   - writesAllValues: Whether samples of all value types are written.
  public func checkPaths(
    merging grouping: Grouping?, bytesEach: Int = 0, writesAllValues: Bool = false, _ budget: ReadingBudget,
    bytesOfFrame: (Frame) -> Int
  ) throws(ReadingBudget.Exceeded) {
    let ofFrame = profile.frames.map(bytesOfFrame)
    var ofStack = [Int](repeating: 0, count: profile.stacks.count)
    for node in ofStack.indices {
      let parent = profile.stacks.parents[node]
      let above = parent == StackTable.noParent ? 0 : ofStack[Int(parent)]
      let (sum, isTooLarge) = above.addingReportingOverflow(ofFrame[Int(profile.stacks.frames[node])])
      ofStack[node] = isTooLarge ? .max : sum
    }
    let groups = grouping.map { self.groups($0).groups }
    var last = [StackID?](repeating: nil, count: profile.threads.count)
    var known: Set<UInt64> = []
    var budget = budget
    for sample in profile.samples where writesAllValues || sample.value == selection.value {
      guard sample.weight > 0, let stack = sample.stack else { continue }
      let thread = sample.thread.index
      guard last[thread] != stack else { continue }
      last[thread] = stack
      if let groups, !known.insert(UInt64(groups[thread]) << 32 | UInt64(stack.rawValue)).inserted { continue }
      let (bytes, isTooLarge) = ofStack[stack.index].addingReportingOverflow(bytesEach)
      try budget.take(isTooLarge ? .max : bytes, .outputBytes)
    }
  }

  /// For each thread its group's number, and how many groups there are.
  private func groups(_ grouping: Grouping) -> (groups: [UInt32], count: Int) {
    if grouping == .threadRows { return (profile.threads.indices.map { UInt32($0) }, profile.threads.count) }
    struct Names: Hashable {
      var process: String
      var thread: String
    }
    var numbers: [Names: UInt32] = [:]
    let groups = profile.threads.map { thread in
      let names = Names(
        process: profile.processes[thread.process.index].name, thread: grouping == .threads ? thread.name : "")
      if let number = numbers[names] { return number }
      let number = UInt32(truncatingIfNeeded: numbers.count)
      numbers[names] = number
      return number
    }
    return (groups, numbers.count)
  }
}
