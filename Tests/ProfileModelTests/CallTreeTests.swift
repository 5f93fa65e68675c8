import ProfileModel
import Testing

@Suite struct CallTreeTests {
  @Test func mergesSamplesByNameAndSortsSiblings() {
    let tree = CallTree(
      profile([("app", ["main", "parse"], 3), ("app", ["main", "lex"], 2), ("app", ["main"], 1)]).preferred)
    #expect(outline(tree) == ["all 0/6", " app 0/6", "  main 1/6", "   lex 2/2", "   parse 3/3"])
    #expect(Array(tree.children(of: 2)) == [3, 4])
    #expect(tree.ends == [5, 5, 5, 4, 5])
    #expect(tree.parents == [0, 0, 1, 2, 2])
  }

  @Test func anEmptyProfileIsOnlyTheRoot() {
    let tree = CallTree(Profile().preferred)
    #expect(outline(tree) == ["all 0/0"])
    #expect(!tree.isComparison)
  }

  @Test func separatesProcessesThatShareStacks() {
    let tree = CallTree(profile([("b", ["f", "g"], 1), ("a", ["f"], 2), ("b", ["f"], 4)]).preferred)
    #expect(outline(tree) == ["all 0/7", " a 0/2", "  f 2/2", " b 0/5", "  f 4/5", "   g 1/1"])
  }

  @Test func mergesFramesOfOneNameAndKeepsWhatTheyAgreeOn() throws {
    var builder = ProfileBuilder()
    let thread = builder.add(ThreadRecord(process: builder.add(ProcessRecord(pid: 1, name: "p")), tid: 1, name: "t"))
    let module = builder.intern(Module(path: "/lib/m"))
    let places: [(String, FrameKind, UInt32)] = [
      ("f<Int>", .user, 7), ("f<String>", .user, 3), ("f<Int>", .user, 5), ("f<Int>", .inlined, 9),
    ]
    for (fullName, kind, line) in places {
      let function = builder.intern(Function(name: "f", fullName: fullName, module: module, file: "f.swift"))
      let frame = builder.intern(Frame(function: function, kind: kind, line: line))
      let stack = builder.intern(parent: nil, frame: frame)
      builder.profile.samples.append(Sample(time: 0, thread: thread, stack: stack))
    }
    let tree = CallTree(builder.profile.preferred)
    #expect(outline(tree) == ["all 0/4", " p 0/4", "  f 3/3", "  f 1/1"])
    #expect(tree.label(of: 2) == CallTree.Label(name: "f", kind: .user, module: "/lib/m", file: "f.swift"))
    #expect(tree.lines(of: 2) == 3...7)
    #expect(tree.label(of: 3).kind == .inlined)
    #expect(tree.label(of: 3).fullName == "f<Int>")
    #expect(tree.lines(of: 3) == 9...9)
    #expect(tree.lines(of: 0) == nil)
  }

  @Test func showsThreadsAndSamplesWithoutFrames() {
    var profile = profile([("p", ["f"], 2)])
    profile.threads.append(ThreadRecord(process: ProcessID(index: 0), tid: 9, name: "worker"))
    profile.samples.append(Sample(time: 0, thread: ThreadID(index: 1), stack: nil, weight: 5))
    profile.valueTypes.append(ValueType(name: "allocated", unit: .bytes))
    let allocated = ValueTypeID(index: 1)
    profile.samples.append(Sample(time: 0, thread: ThreadID(index: 1), stack: nil, weight: 9, value: allocated))
    let tree = CallTree(SelectedProfile(profile, Selection(ValueTypeID(index: 0))), threads: true)
    #expect(
      outline(tree) == [
        "all 0/7", " p 0/7", "  p 0/2", "   f 2/2", "  worker 0/5", "   [truncated: no frames] 5/5",
      ])
    #expect(tree.label(of: 5).kind == .truncated)
    #expect(outline(CallTree(SelectedProfile(profile, Selection(allocated)))).last == "  [truncated: no frames] 9/9")
  }

  @Test func comparesTheUnionOfTwoProfiles() {
    let tree = CallTree(
      before: profile([("p", ["main", "gone"], 4), ("p", ["main", "same"], 1)]).preferred,
      after: profile([("p", ["main", "same"], 6), ("p", ["main", "new"], 2)]).preferred)
    #expect(tree.isComparison)
    #expect(outline(tree) == ["all 0/8", " p 0/8", "  main 0/8", "   gone 0/0", "   new 2/2", "   same 6/6"])
    #expect(tree.baselineTotalWeights == [5, 5, 5, 4, 0, 1])
    #expect(tree.baselineSelfWeights == [0, 0, 0, 4, 0, 1])
  }

  @Test func standsStacks100_000FramesDeepAndWeightsAtTheLimit() {
    let deep = (0..<100_000).map { "f\($0 % 3)" }
    let tree = CallTree(profile([("p", deep, .max), ("p", ["f0"], .max)]).preferred)
    #expect(tree.count == 100_002)
    #expect(tree.totalWeights[0] == .max)
    #expect(tree.ends[2] == 100_002)
  }

  @Test func isTheSameWhateverTheOrderOfSamples() {
    var stacks: [(String, [String], Int64)] = []
    var seed: UInt32 = 7
    for _ in 0..<500 {
      let stack = (0..<12).map { _ in
        seed = seed &* 1_664_525 &+ 1_013_904_223
        return "f\(seed >> 30)"
      }
      stacks.append(("p\(seed >> 20 & 1)", stack, Int64(seed >> 24)))
    }
    let one = CallTree(profile(stacks).preferred)
    let other = CallTree(profile(stacks.reversed()).preferred)
    #expect(outline(one) == outline(other))
    #expect(one.count > 1_000)
  }

  private func outline(_ tree: CallTree) -> [String] {
    var depths = [Int](repeating: 0, count: tree.count)
    return (0..<tree.count).map { node in
      if node > 0 { depths[node] = depths[Int(tree.parents[node])] + 1 }
      let indent = String(repeating: " ", count: depths[node])
      return "\(indent)\(tree.label(of: node).name) \(tree.selfWeights[node])/\(tree.totalWeights[node])"
    }
  }

  private func profile(_ stacks: [(process: String, frames: [String], weight: Int64)]) -> Profile {
    var builder = ProfileBuilder()
    var threads: [String: ThreadID] = [:]
    for (name, frames, weight) in stacks {
      let thread =
        threads[name]
        ?? builder.add(
          ThreadRecord(process: builder.add(ProcessRecord(pid: 0, name: name)), tid: 0, name: name))
      threads[name] = thread
      let stack = builder.intern(
        stack: frames.map { builder.intern(Frame(function: builder.intern(Function(name: $0)), kind: .user)) })
      builder.profile.samples.append(Sample(time: 0, thread: thread, stack: stack, weight: weight))
    }
    return builder.profile
  }
}
