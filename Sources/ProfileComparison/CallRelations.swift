import ProfileModel

/// Who calls whom, on either side, by the functions' numbers.
struct CallRelations {
  private(set) var callers: [Int: Set<Int>] = [:]
  private(set) var callees: [Int: Set<Int>] = [:]

  init(_ sides: [AlignedSide]) {
    for side in sides {
      for (selected, matched) in side.profiles { add(selected.profile.stacks, matched) }
    }
  }

  private mutating func add(_ stacks: StackTable, _ matched: MatchedProfile) {
    let groups = matched.grouping.groups
    var seen: Set<UInt64> = []
    for node in 0..<stacks.count {
      let parent = stacks.parents[node]
      guard parent != StackTable.noParent else { continue }
      let (caller, callee) = (groups[Int(parent)], groups[node])
      guard caller != StackGrouping.none, callee != StackGrouping.none, caller != callee,
        seen.insert(UInt64(caller) << 32 | UInt64(callee)).inserted
      else { continue }
      let numbers = (matched.numbers[Int(caller)], matched.numbers[Int(callee)])
      callers[numbers.1, default: []].insert(numbers.0)
      callees[numbers.0, default: []].insert(numbers.1)
    }
  }

  /// Whether one calls the other.
  func isCall(_ first: Int, _ second: Int) -> Bool {
    callers[first]?.contains(second) == true || callees[first]?.contains(second) == true
  }

  /// Whether both have a caller in common.
  func haveCommonCaller(_ first: Int, _ second: Int) -> Bool {
    guard let one = callers[first], let other = callers[second] else {
      return callers[first] == nil && callers[second] == nil
    }
    return !one.isDisjoint(with: other)
  }

  /// A function's name without what compilers add when they split, clone or specialize it.
  static func plainName(_ name: String) -> Substring {
    var name = name[...]
    for mark in [" [", ".part.", ".cold", ".constprop.", ".isra.", ".lto_priv.", ".llvm.", "$"] {
      if let end = name.firstRange(of: mark)?.lowerBound, end > name.startIndex { name = name[..<end] }
    }
    var isShorter = true
    while isShorter {
      isShorter = false
      for word in ["specialized ", "merged ", "outlined ", "generic specialization of "] where name.hasPrefix(word) {
        name = name.dropFirst(word.count)
        isShorter = true
      }
      // `closure #1 in f`, `partial apply for f`.
      for (start, word) in [("closure #", " in "), ("partial apply ", "for ")] where name.hasPrefix(start) {
        guard let end = name.firstRange(of: word)?.upperBound else { continue }
        name = name[end...]
        isShorter = true
      }
    }
    return name
  }
}

extension Substring {
  /// Where `text` begins and ends in it first.
  fileprivate func firstRange(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}

extension String {
  fileprivate func firstRange(of text: String) -> Range<Index>? { self[...].firstRange(of: text) }
}
