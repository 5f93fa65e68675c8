import ProfileModel
import Testing

@testable import ProfileComparison

@Suite struct AlignedInlinesTests {
  /// A profile of stacks such as `main [run] parse`: root first, inlined calls in brackets.
  private static func profile(
    _ stacks: [(frames: String, weight: Int64)], name: String = "app"
  ) -> SelectedProfile {
    var builder = ProfileBuilder()
    let process = builder.add(ProcessRecord(pid: 1, name: name))
    let thread = builder.add(ThreadRecord(process: process, tid: 1, name: "app"))
    for stack in stacks {
      let frames = stack.frames.split(separator: " ").map { word in
        let isInlined = word.hasPrefix("[")
        let function = builder.intern(Function(name: isInlined ? String(word.dropFirst().dropLast()) : String(word)))
        return builder.intern(Frame(function: function, kind: isInlined ? .inlined : .user))
      }
      let id = builder.intern(stack: frames)
      builder.profile.samples.append(Sample(time: 0, thread: thread, stack: id, weight: stack.weight))
    }
    return builder.profile.preferred
  }

  /// Each stack of the tree of both, as in `main;parse 3/4`.
  private static func tree(_ before: SelectedProfile, _ after: SelectedProfile) -> [String] {
    let aligned = AlignedInlines(before: before, after: after)
    let tree = CallTree(before: aligned.before, after: aligned.after)
    return (1..<tree.count).map { node in
      var path: [String] = []
      var next = node
      while next != CallTree.root {
        let label = tree.label(of: next)
        path.append(label.kind == .inlined ? "[\(label.name)]" : label.name)
        next = Int(tree.parents[next])
      }
      return path.reversed().dropFirst().joined(separator: " ")
        + " \(tree.baselineTotalWeights[node])/\(tree.totalWeights[node])"
    }.filter { !$0.hasPrefix(" ") }
  }

  @Test func anInlinedFrameOfOneSideDoesNotTearTheOtherApart() {
    let before = Self.profile([("main [run] parse lex", 6), ("main [run] emit", 3), ("main [run]", 1)])
    let after = Self.profile([("main parse lex", 6), ("main emit", 3), ("main", 1)])
    let expected = ["main 10/10", "main emit 3/3", "main parse 6/6", "main parse lex 6/6"]
    #expect(Self.tree(before, after) == expected)
    #expect(Self.tree(after, before) == expected)
  }

  @Test func severalInlinedIntoEachOtherAreOneMatter() {
    let before = Self.profile([("main [a] [b] [c] work", 5)])
    let after = Self.profile([("main [b] work", 5)])
    #expect(Self.tree(before, after) == ["main 5/5", "main [b] 5/5", "main [b] work 5/5"])
  }

  @Test func inlinedHereAndCalledThereIsOneFunction() {
    let before = Self.profile([("main [parse] lex", 4)])
    let after = Self.profile([("main parse lex", 4)])
    #expect(Self.tree(before, after) == ["main 4/4", "main parse 4/4", "main parse lex 4/4"])
  }

  @Test func oneProgramUnderTwoNamesIsOneTree() {
    let (old, new) = (Self.profile([("main f", 1)], name: "app.old"), Self.profile([("main f", 2)]))
    let aligned = AlignedProcesses.align(before: old, after: new)
    #expect(aligned.before.profile.processes.map(\.name) == ["app.old → app"])
    #expect(Self.tree(aligned.before, aligned.after) == ["main 1/2", "main f 1/2"])
    let same = AlignedProcesses.align(before: old, after: old)
    #expect(same.before.profile.processes.map(\.name) == ["app.old"])
  }

  @Test func whatIsNewStays() {
    let before = Self.profile([("main parse", 4)])
    let after = Self.profile([("main parse", 4), ("main [check]", 2), ("main [log] format", 1)])
    #expect(
      Self.tree(before, after) == [
        "main 4/7", "main [check] 0/2", "main [log] 0/1", "main [log] format 0/1", "main parse 4/4",
      ])
  }

  @Test func equalProfilesStayAsTheyAre() {
    let profile = Self.profile([("main [a] f", 1), ("main a f", 2), ("[root] g", 3)])
    let aligned = AlignedInlines(before: profile, after: profile)
    #expect(aligned.before.profile.stacks.parents == profile.profile.stacks.parents)
    #expect(Self.tree(profile, profile).contains("main [a] f 1/1"))
  }
}
