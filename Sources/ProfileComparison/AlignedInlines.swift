import ProfileModel

/// Two profiles made alike in their inlined calls, for a tree of both.
///
/// Compilers decide anew in each build what they inline. Near the root one such decision would tear all above it apart,
/// though the program does the same:
///
///     before   main ► [run] ► parse ► lex        run is inlined
///     after    main ► parse ► lex                the compiler sees through it, or the build has no names for it
///     aligned  main ► parse ► lex                in both
///
/// So an inlined frame that only one profile has at its place is left out where the other has, without it, what comes
/// after it; and a function that is inlined in one and called in the other is one function. Other inlined frames stay.
/// Samples keep their weights; those that end in a frame that is left out end in its caller, whose code that is.
package struct AlignedInlines {
  /// The earlier profile.
  package private(set) var before: SelectedProfile
  /// The later profile.
  package private(set) var after: SelectedProfile

  /// Aligns the stacks of two profiles.
  ///
  /// - Complexity: O(stacks), and for inlined frames that only one profile has O(frames inlined one into the other).
  package init(before: SelectedProfile, after: SelectedProfile) {
    self.before = before
    self.after = after
    var names = NameNumbers()
    var sides = [Side(before.profile, &names), Side(after.profile, &names)]
    guard sides.contains(where: \.hasInlines) else { return }
    // Roots have no caller that could take their samples, and stay.
    var pending = Self.byName(sides[0].roots, sides[1].roots, sides)
    while let (old, new) = pending.popLast() {
      // In whose code it lies matters less than that it is the same function.
      if sides[0].isInlined(old), sides[1].isCalled(new) { sides[0].call(old) }
      if sides[0].isCalled(old), sides[1].isInlined(new) { sides[1].call(new) }
      pending += Self.children(sides[0].children(of: old), sides[1].children(of: new), &sides)
    }
    self.before.profile = sides[0].result(before.profile)
    self.after.profile = sides[1].result(after.profile)
  }

  /// The nodes that both sides have by their names, once frames that can be left out are.
  private static func children(
    _ left: [Int], _ right: [Int], _ sides: inout [Side]
  ) -> [(old: [Int], new: [Int])] {
    var nodes = [left, right]
    while true {
      let names = [0, 1].map { side in Set(nodes[side].map { sides[side].names[$0] }) }
      var hasChanged = false
      for side in 0...1 {
        var kept: [Int] = []
        for node in nodes[side] {
          let isAlone = sides[side].inlined[node] && !names[1 - side].contains(sides[side].names[node])
          if isAlone, sides[side].leads(node, to: names[1 - side]) {
            kept += sides[side].leaveOut(node)
            hasChanged = true
          } else {
            kept.append(node)
          }
        }
        nodes[side] = kept
      }
      if !hasChanged { break }
    }
    return byName(nodes[0], nodes[1], sides)
  }

  /// Nodes of both sides whose functions have one name.
  private static func byName(_ left: [Int], _ right: [Int], _ sides: [Side]) -> [(old: [Int], new: [Int])] {
    var groups: [UInt32: (old: [Int], new: [Int])] = [:]
    for node in left { groups[sides[0].names[node], default: ([], [])].old.append(node) }
    for node in right { groups[sides[1].names[node], default: ([], [])].new.append(node) }
    return groups.sorted { $0.key < $1.key }.map(\.value).filter { !$0.old.isEmpty && !$0.new.isEmpty }
  }
}

/// A number for each name of a function.
private struct NameNumbers {
  private var numbers: [String: UInt32] = [:]

  mutating func number(of name: String) -> UInt32 {
    let next = UInt32(truncatingIfNeeded: numbers.count)
    if let number = numbers[name] { return number }
    numbers[name] = next
    return next
  }
}

/// One profile's prefix tree while it is aligned.
private struct Side {
  /// For each node its function's name by number, and whether the function is inlined there.
  private(set) var names: [UInt32] = []
  private(set) var inlined: [Bool] = []
  private(set) var roots: [Int] = []
  private(set) var hasInlines = false
  private var childLists: [[Int]]
  /// For each node whether it is left out.
  private var isLeftOut: [Bool]
  /// Nodes whose function is called here, though the profile has it inlined.
  private var called: Set<Int> = []

  init(_ profile: Profile, _ numbers: inout NameNumbers) {
    let count = profile.stacks.count
    let nameOfFrame = profile.frames.map { numbers.number(of: profile.functions[$0.function.index].name) }
    childLists = Array(repeating: [], count: count)
    isLeftOut = Array(repeating: false, count: count)
    names.reserveCapacity(count)
    inlined.reserveCapacity(count)
    for node in 0..<count {
      let frame = Int(profile.stacks.frames[node])
      names.append(nameOfFrame[frame])
      inlined.append(profile.frames[frame].kind == .inlined)
      let parent = profile.stacks.parents[node]
      if parent == StackTable.noParent { roots.append(node) } else { childLists[Int(parent)].append(node) }
    }
    hasInlines = inlined.contains(true)
  }

  func children(of nodes: [Int]) -> [Int] { nodes.flatMap { childLists[$0] } }

  /// Whether a call from `node`, or from what is inlined into it, goes to one of these functions.
  func leads(_ node: Int, to wanted: Set<UInt32>) -> Bool {
    var pending = childLists[node]
    while let next = pending.popLast() {
      if wanted.contains(names[next]) { return true }
      if inlined[next] { pending += childLists[next] }
    }
    return false
  }

  /// Whether all of these nodes, which are of one function, are inlined calls.
  func isInlined(_ nodes: [Int]) -> Bool { nodes.allSatisfy { inlined[$0] } }

  /// Whether none of them is.
  func isCalled(_ nodes: [Int]) -> Bool { nodes.allSatisfy { !inlined[$0] } }

  /// Makes inlined calls plain ones.
  mutating func call(_ nodes: [Int]) { for node in nodes where inlined[node] { called.insert(node) } }

  /// Takes an inlined frame out; the nodes that come into its place.
  mutating func leaveOut(_ node: Int) -> [Int] {
    isLeftOut[node] = true
    return childLists[node]
  }

  /// The profile with its stacks so changed.
  func result(_ profile: Profile) -> Profile {
    guard !called.isEmpty || isLeftOut.contains(true) else { return profile }
    var profile = profile
    var stacks = StackTable()
    var newNodes = [StackID?](repeating: nil, count: isLeftOut.count)
    var plainFrames: [UInt32: UInt32] = [:]
    // Parents precede children.
    for node in isLeftOut.indices {
      let parent = profile.stacks.parent(of: StackID(index: node)).flatMap { newNodes[$0.index] }
      guard !isLeftOut[node] else {
        newNodes[node] = parent
        continue
      }
      var frame = profile.stacks.frames[node]
      if called.contains(node) { frame = plain(frame, &profile, &plainFrames) }
      newNodes[node] = stacks.intern(parent: parent, frame: frame)
    }
    profile.stacks = stacks
    for index in profile.samples.indices {
      if let stack = profile.samples[index].stack { profile.samples[index].stack = newNodes[stack.index] }
    }
    return profile
  }

  private func plain(_ frame: UInt32, _ profile: inout Profile, _ known: inout [UInt32: UInt32]) -> UInt32 {
    if let index = known[frame] { return index }
    let index = UInt32(truncatingIfNeeded: profile.frames.count)
    var copy = profile.frames[Int(frame)]
    copy.kind = .user
    profile.frames.append(copy)
    known[frame] = index
    return index
  }
}
