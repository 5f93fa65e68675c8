import ProfileModel

/// The profiles of both sides as one, whose functions are those that the comparison tells apart: first all selected
/// samples of the earlier side, then those of the later.
///
/// Where each side is one profile, samples have a second stack for trees: `AlignedInlines` made them alike there. Tables
/// count the first, as verdicts do.
package struct JoinedProfiles {
  /// Both sides.
  package private(set) var profile = Profile()
  /// For each sample its stack in trees; empty where that is the sample's own.
  package private(set) var treeStacks: [StackID?] = []
  /// How many samples are the earlier side's.
  package private(set) var samplesBefore = 0
  /// How many threads are the earlier side's.
  package private(set) var threadsBefore = 0
  /// How many marks are the earlier side's.
  package private(set) var marksBefore = 0
  /// For each function its name and module, as a comparison's rows have them.
  package private(set) var functions: [SideTable.Function] = []

  private var shared = SharedFunctions()
  private var functionOfNumber: [Int: FunctionID] = [:]
  private var frameIndices: [Frame: UInt32] = [:]
  private var isAligned = false

  /// Joins both sides.
  ///
  /// - Complexity: O(samples + stack nodes)
  package init(before: [SelectedProfile], after: [SelectedProfile]) {
    for selected in before { shared.note(selected.profile, isBefore: true) }
    for selected in after { shared.note(selected.profile, isBefore: false) }
    profile.valueTypes = [(after.first ?? before.first)?.value ?? .samples()]
    var trees = before + after
    if let old = before.first, let new = after.first, before.count == 1, after.count == 1 {
      let aligned = AlignedInlines(before: old, after: new)
      trees = [aligned.before, aligned.after]
    }
    var numbers: [[Int]] = []
    for selected in before { numbers.append(shared.numbers(of: selected.profile, isBefore: true)) }
    for selected in after { numbers.append(shared.numbers(of: selected.profile, isBefore: false)) }
    let modules = shared.moduleOfNumber()
    for (index, selected) in (before + after).enumerated() {
      if index == before.count { countBefore() }
      add(selected, tree: trees[index], numbers[index], modules)
    }
    if after.isEmpty { countBefore() }
    if !isAligned { treeStacks = [] }
  }

  private mutating func countBefore() {
    (samplesBefore, threadsBefore, marksBefore) = (profile.samples.count, profile.threads.count, profile.marks.count)
  }

  private mutating func add(
    _ selected: SelectedProfile, tree: SelectedProfile, _ numbers: [Int], _ modules: [String?]
  ) {
    let own = selected.profile
    let (firstProcess, firstThread) = (profile.processes.count, profile.threads.count)
    for process in own.processes { profile.processes.append(ProcessRecord(pid: process.pid, name: process.name)) }
    for thread in own.threads {
      let process = ProcessID(index: firstProcess + thread.process.index)
      profile.threads.append(ThreadRecord(process: process, tid: thread.tid, name: thread.name))
    }
    for mark in own.marks {
      var joined = mark
      joined.thread = mark.thread.map { ThreadID(index: firstThread + $0.index) }
      joined.maker = mark.maker.map { ThreadID(index: firstThread + $0.index) }
      profile.marks.append(joined)
    }
    // Aligning adds frames behind those that there were, and leaves functions as they are.
    let frames = tree.profile.frames.map { frame in
      self.frame(frame, function(numbers[frame.function.index], own.functions[frame.function.index], modules))
    }
    let places = nodes(of: own.stacks, frames)
    let isOther = tree.profile.stacks.parents != own.stacks.parents || tree.profile.stacks.frames != own.stacks.frames
    let treePlaces = isOther ? nodes(of: tree.profile.stacks, frames) : places
    isAligned = isAligned || isOther
    for (sample, inTree) in zip(selected.samples, tree.samples) {
      profile.samples.append(
        Sample(
          time: sample.time, thread: ThreadID(index: firstThread + sample.thread.index),
          stack: sample.stack.map { places[$0.index] }, weight: sample.weight))
      treeStacks.append(inTree.stack.map { treePlaces[$0.index] })
    }
  }

  private mutating func nodes(of stacks: StackTable, _ frames: [UInt32]) -> [StackID] {
    var places: [StackID] = []
    places.reserveCapacity(stacks.count)
    for node in 0..<stacks.count {
      let parent = stacks.parents[node]
      places.append(
        profile.stacks.intern(
          parent: parent == StackTable.noParent ? nil : places[Int(parent)], frame: frames[Int(stacks.frames[node])]))
    }
    return places
  }

  private mutating func frame(_ frame: Frame, _ function: FunctionID) -> UInt32 {
    let joined = Frame(function: function, kind: frame.kind, line: frame.line)
    if let index = frameIndices[joined] { return index }
    let index = UInt32(truncatingIfNeeded: profile.frames.count)
    profile.frames.append(joined)
    frameIndices[joined] = index
    return index
  }

  /// What one side knows of a function stands for both: its full name, its file.
  private mutating func function(_ number: Int, _ function: Function, _ modules: [String?]) -> FunctionID {
    if let known = functionOfNumber[number] { return known }
    let id = FunctionID(index: profile.functions.count)
    functionOfNumber[number] = id
    let key = shared.keys[number]
    profile.functions.append(
      Function(
        name: key.name, fullName: function.name == key.name ? function.fullName : nil,
        module: modules[number].map { module($0) }, file: function.file, isSymbolized: function.isSymbolized))
    functions.append(key)
    return id
  }

  private mutating func module(_ name: String) -> ModuleID {
    if let index = profile.modules.firstIndex(where: { $0.path == name }) { return ModuleID(index: index) }
    profile.modules.append(Module(path: name))
    return ModuleID(index: profile.modules.count - 1)
  }
}
