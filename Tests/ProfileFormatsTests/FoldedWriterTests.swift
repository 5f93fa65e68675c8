import ProfileModel
import Testing

@testable import ProfileFormats

@Suite struct FoldedWriterTests {
  private func text(_ profile: Profile, threads: Bool = false) -> String {
    String(decoding: FoldedStacks.bytes(of: profile.preferred, .init(threads: threads)), as: UTF8.self)
  }

  @Test func mergesAndSortsLinesBytewise() {
    let profile = Profile.of([
      (["main", "b"], 1), (["main", "a"], 2), (["main", "b"], 3), (["main"], 5), (["main 7"], 1),
    ])
    #expect(text(profile) == "app;main 5\napp;main 7 1\napp;main;a 2\napp;main;b 4\n")
  }

  @Test func aLinesCountTakesPartInTheOrder() {
    // By stacks alone "f" precedes "f 1"; as lines "f 2" follows "f 1 9".
    #expect(text(Profile.of([(["f"], 2), (["f 1"], 9)])) == "app;f 1 9\napp;f 2\n")
  }

  @Test func linesComeInTheOrderOfTheirBytes() {
    var random = SystemRandomNumberGenerator()
    // Names that begin alike, and that sort before and behind the signs between them.
    let names = ["a", "a b", "a!b", "a 5", "a 51", "a-b", "", "ä", "abcdefgh", "abcdefghi", "abcdefghijklmnopq"]
    for _ in 0..<20 {
      let stacks = (0..<300).map { _ in
        let frames = (0..<Int.random(in: 0..<7, using: &random)).map { _ in
          names[Int.random(in: 0..<names.count, using: &random)]
        }
        return (frames, Int64.random(in: 1..<60, using: &random))
      }
      let lines = text(Profile.of(stacks)).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      let sorted = lines.sorted { ($0 + "\n").utf8.lexicographicallyPrecedes(($1 + "\n").utf8) }
      #expect(lines == ArraySlice(sorted), "\(stacks)")
    }
  }

  @Test func marksKindsOfFrames() {
    var builder = ProfileBuilder()
    let process = builder.add(ProcessRecord(pid: 1, name: "app"))
    let thread = builder.add(ThreadRecord(process: process, tid: 2, name: "worker;1"))
    let kinds: [(String, FrameKind)] = [
      ("[truncated: depth limit]", .truncated), ("f", .user), ("g", .inlined), ("[12 frames elided]", .elided),
      ("j", .jit),
      ("k", .kernel),
    ]
    let stack = builder.intern(
      stack: kinds.map { builder.intern(Frame(function: builder.intern(Function(name: $0.0)), kind: $0.1)) })
    builder.profile.samples = [Sample(time: 0, thread: thread, stack: stack, weight: 3)]
    let rest = "[truncated: depth limit];f;g_[i];[12 frames elided];j_[j];k_[k] 3\n"
    #expect(text(builder.profile) == "app;" + rest)
    #expect(text(builder.profile, threads: true) == "app;worker:1;" + rest)
  }

  @Test func writesNamesSoThatLinesStayWhole() {
    let profile = Profile.of([(["a;b", "c\nd\r\u{1B}e\u{85}f\u{2028}g", "", "h i -> j"], 1)])
    #expect(text(profile) == "app;a:b;c d  e f g;[unknown];h i -> j 1\n")
  }

  @Test func aSampleWithoutFramesIsATruncatedStack() {
    #expect(text(Profile.of([([], 4)])) == "app;[truncated: no frames] 4\n")
  }

  @Test func countsOnlySamplesOfTheValueTypeAskedFor() {
    var profile = Profile.of([(["main"], 2), (["main"], 3)])
    profile.valueTypes.append(ValueType(name: "allocated", unit: .bytes))
    let allocated = ValueTypeID(index: 1)
    profile.samples[1].value = allocated
    profile.preferredValue = ValueTypeID(index: 0)
    #expect(text(profile) == "app;main 2\n")
    #expect(FoldedStacks.bytes(of: profile.preferred.with(allocated)) == Array("app;main 3\n".utf8))
  }
}
