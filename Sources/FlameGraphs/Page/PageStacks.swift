import ProfileModel

/// The stacks of a page: below a frame for each name of a process those of its samples, so that a sample is a time, a
/// thread and one number there, too.
///
///     frames     those of the profile, then one for each name of a process, then one for samples without any
struct PageStacks {
  /// The stacks that samples have, and their callers.
  private(set) var stacks = StackTable()
  /// For each sample of the profile its stack.
  private(set) var ofSamples: [UInt32] = []
  /// Distinct names of processes.
  private(set) var processNames: [String] = []
  /// Whether there are samples without any frame.
  private(set) var hasFrameless = false

  /// Puts the stacks of all samples together.
  ///
  /// - Complexity: O(samples + stack nodes of each process)
  init(_ profile: Profile) {
    var numbers: [String: Int] = [:]
    let nameOfThread = profile.threads.map { thread -> Int? in
      let process = profile.processes[thread.process.index]
      guard !process.isUnnamed else { return nil }
      if let known = numbers[process.name] { return known }
      numbers[process.name] = processNames.count
      processNames.append(process.name)
      return processNames.count - 1
    }
    let frameless = UInt32(profile.frames.count + processNames.count)
    // For each name, and for no name, the new node of each old one.
    var places = [[UInt32]](repeating: [], count: processNames.count + 1)
    var path: [UInt32] = []
    ofSamples.reserveCapacity(profile.samples.count)
    for sample in profile.samples {
      let name = nameOfThread[sample.thread.index]
      let slot = name ?? processNames.count
      let root = name.map { stacks.intern(parent: nil, frame: UInt32(profile.frames.count + $0)) }
      guard let stack = sample.stack else {
        hasFrameless = true
        ofSamples.append(stacks.intern(parent: root, frame: frameless).rawValue)
        continue
      }
      if places[slot].isEmpty { places[slot] = Array(repeating: .max, count: profile.stacks.count) }
      var next = stack.rawValue
      path.removeAll(keepingCapacity: true)
      while next != StackTable.noParent, places[slot][Int(next)] == .max {
        path.append(next)
        next = profile.stacks.parents[Int(next)]
      }
      var parent = next == StackTable.noParent ? root : StackID(rawValue: places[slot][Int(next)])
      for node in path.reversed() {
        let place = stacks.append(parent: parent, frame: profile.stacks.frames[Int(node)])
        places[slot][Int(node)] = place.rawValue
        parent = place
      }
      ofSamples.append(places[slot][stack.index])
    }
  }
}
