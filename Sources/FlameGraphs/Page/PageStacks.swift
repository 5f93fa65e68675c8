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

  /// The same in trees, where samples have other stacks there; else empty.
  private(set) var ofTrees: [UInt32] = []

  private let names: [Int?]
  private let frameless: UInt32
  private let frameCount: Int
  /// For each name of a process, and for none, the new node of each old one.
  private var places: [[UInt32]]

  /// Puts the stacks of all samples together.
  ///
  /// - Parameter treeStacks: For each sample its stack in trees; empty where that is its own.
  /// - Complexity: O(samples + stack nodes of each process)
  init(_ profile: Profile, treeStacks: [StackID?] = []) {
    var numbers: [String: Int] = [:]
    var processNames: [String] = []
    names = profile.threads.map { thread -> Int? in
      let process = profile.processes[thread.process.index]
      guard !process.isUnnamed else { return nil }
      if let known = numbers[process.name] { return known }
      numbers[process.name] = processNames.count
      processNames.append(process.name)
      return processNames.count - 1
    }
    frameCount = profile.frames.count
    frameless = UInt32(frameCount + processNames.count)
    places = [[UInt32]](repeating: [], count: processNames.count + 1)
    self.processNames = processNames
    ofSamples.reserveCapacity(profile.samples.count)
    for sample in profile.samples { ofSamples.append(place(sample.stack, of: sample.thread, profile.stacks)) }
    for (sample, stack) in zip(profile.samples, treeStacks) {
      ofTrees.append(place(stack, of: sample.thread, profile.stacks))
    }
    places = []
  }

  /// The new node of a stack in a thread.
  private mutating func place(_ stack: StackID?, of thread: ThreadID, _ table: StackTable) -> UInt32 {
    let name = names[thread.index]
    let slot = name ?? processNames.count
    let root = name.map { stacks.intern(parent: nil, frame: UInt32(frameCount + $0)) }
    guard let stack else {
      hasFrameless = true
      return stacks.intern(parent: root, frame: frameless).rawValue
    }
    if places[slot].isEmpty { places[slot] = Array(repeating: .max, count: table.count) }
    var path: [UInt32] = []
    var next = stack.rawValue
    while next != StackTable.noParent, places[slot][Int(next)] == .max {
      path.append(next)
      next = table.parents[Int(next)]
    }
    var parent = next == StackTable.noParent ? root : StackID(rawValue: places[slot][Int(next)])
    for node in path.reversed() {
      let place = stacks.append(parent: parent, frame: table.frames[Int(node)])
      places[slot][Int(node)] = place.rawValue
      parent = place
    }
    return places[slot][stack.index]
  }
}
