extension SelectedProfile {
  /// The same with only the samples that are selected, of whatever value type, and of their stacks only the frames that
  /// the selection's patterns leave.
  ///
  /// Frames that stand for missing ones are no functions to hide: a cut stack stays a cut one.
  ///
  /// - Complexity: O(functions · patterns + stacks + samples)
  public func applyingSelection() -> SelectedProfile {
    guard selection.isPart else { return self }
    let (time, threads) = (selection.time, selectedThreads)
    let isKept = keptStacks()
    let moved = selection.hide.isEmpty ? nil : stacksWithoutHidden()
    var result = self
    if let moved { result.profile.stacks = moved.stacks }
    // One that no frame is known of has none that could be looked for, and none to hide.
    let keepsFrameless = selection.focus.isEmpty
    result.profile.samples = profile.samples.compactMap { sample in
      if let time, !time.contains(sample.time) { return nil }
      if let threads, !threads[sample.thread.index] { return nil }
      guard let stack = sample.stack else { return keepsFrameless ? sample : nil }
      guard isKept[stack.index] else { return nil }
      guard let moved else { return sample }
      guard let place = moved.places[stack.index] else { return nil }
      var sample = sample
      sample.stack = place
      return sample
    }
    return result
  }

  /// For each stack whether a frame of each pattern in focus is on it, and none of those to ignore.
  private func keptStacks() -> [Bool] {
    let stacks = profile.stacks
    var isKept = [Bool](repeating: true, count: stacks.count)
    // Parents precede children, so one pass for each pattern tells which stacks it's on.
    func stacksWith(_ pattern: FunctionPattern) -> [Bool] {
      let matches = pattern.frames(in: profile)
      var has = [Bool](repeating: false, count: stacks.count)
      for node in 0..<stacks.count {
        let parent = stacks.parents[node]
        has[node] =
          matches[Int(stacks.frames[node])] || (parent != StackTable.noParent && has[Int(parent)])
      }
      return has
    }
    for pattern in selection.focus {
      let has = stacksWith(pattern)
      for node in isKept.indices where !has[node] { isKept[node] = false }
    }
    for pattern in selection.ignore {
      let has = stacksWith(pattern)
      for node in isKept.indices where has[node] { isKept[node] = false }
    }
    return isKept
  }

  /// The stacks without hidden frames, and where each of the old ones is now; nil for those that no frame is left of.
  private func stacksWithoutHidden() -> (stacks: StackTable, places: [StackID?]) {
    var hides = [Bool](repeating: false, count: profile.frames.count)
    for pattern in selection.hide {
      for (index, matches) in pattern.frames(in: profile).enumerated() where matches {
        hides[index] = !profile.frames[index].kind.isMarker
      }
    }
    let old = profile.stacks
    var stacks = StackTable()
    var places = [StackID?](repeating: nil, count: old.count)
    for node in 0..<old.count {
      let parent = old.parents[node] == StackTable.noParent ? nil : places[Int(old.parents[node])]
      let frame = old.frames[node]
      places[node] = hides[Int(frame)] ? parent : stacks.intern(parent: parent, frame: frame)
    }
    return (stacks, places)
  }

  /// The same with stacks turned over where the selection asks for it, the function that ran first.
  ///
  /// Stacks that shared their callers share them no more, so the tree can become much larger: throws where it would be
  /// too large.
  ///
  /// - Complexity: O(frames of all distinct stacks)
  public func turned(_ budget: ReadingBudget = ReadingBudget()) throws(ReadingBudget.Exceeded) -> SelectedProfile {
    guard selection.isReversed, !isTurned else { return self }
    var budget = budget
    var result = self
    var stacks = StackTable()
    var places = [StackID?](repeating: nil, count: profile.stacks.count)
    for (index, sample) in profile.samples.enumerated() {
      guard let stack = sample.stack else { continue }
      if places[stack.index] == nil {
        var next: StackID? = stack
        var place: StackID?
        while let node = next {
          let count = stacks.count
          place = stacks.intern(parent: place, frame: profile.stacks.frame(of: node))
          try budget.take(stacks.count - count, .stackNodes)
          next = profile.stacks.parent(of: node)
        }
        places[stack.index] = place
      }
      result.profile.samples[index].stack = places[stack.index]
    }
    result.profile.stacks = stacks
    result.isTurned = true
    return result
  }
}
