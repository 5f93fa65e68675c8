import BinaryReading
import ProfileModel
import Testing

@testable import ProfileFormats

@Suite struct FoldedReaderTests {
  /// Read as what perfprof writes: the process's name first.
  private func read(_ text: String) throws -> FoldedContents {
    try FoldedReader.read(Array(text.utf8).rawSpan, processNames: .yes)
  }
  private func written(_ profile: Profile) -> String {
    String(decoding: FoldedStacks.bytes(of: profile.preferred), as: UTF8.self)
  }

  @Test(arguments: [
    "app;main;a 2\napp;main;b 4\nother;main 5\n",
    "app;[truncated: depth limit];f;g_[i];[12 frames elided];j_[j];k_[k] 3\n",
    "proc name;f(int, char);Foo<a -> b>::c() const 12\n",
    "app;libc.so.6+0x12 1\n",
    "a;f 3\na;f;g 1\na;fg 2\nb;f 1\n",
  ])
  func readsBackWhatIsWritten(text: String) throws {
    #expect(written(try read(text).profile) == text)
  }

  @Test func tellsKindsAndMissingNames() throws {
    let profile = try read("app;[truncated: depth limit];f;g_[i];j_[j];x.so+0x1f 3\napp;main;k_[k] 4\n").profile
    #expect(Set(profile.frames.map(\.kind)) == [.truncated, .user, .inlined, .jit, .kernel])
    let completeness = profile.preferred.completeness()
    #expect(completeness.samples == 7)
    // What is not marked may lack its root all the same.
    #expect(completeness.rooted == nil)
    #expect(completeness.truncated == ["depth limit": 3])
    #expect(completeness.unsymbolizedSelf == 3)
  }

  @Test func piecesMayEndAnywhere() throws {
    let text = Array("app;main;parse;lex 12\r\napp;main;parse 3\n\nb;x;y 1".utf8)
    let whole = try FoldedReader.read(text.rawSpan).profile
    for split in 0...text.count {
      var reader = FoldedReader()
      try reader.consume(text.rawSpan.extracting(0..<split))
      try reader.consume(text.rawSpan.extracting(split..<text.count))
      let profile = try reader.finish().profile
      #expect(written(profile) == written(whole))
      #expect(profile.samples.map(\.weight) == [12, 3, 1])
    }
  }

  @Test func readsDifferentialFiles() throws {
    let contents = try read("app;a 1 20\napp;b 0 3\napp;c 4 0\n")
    #expect(written(contents.profile) == "app;a 20\napp;b 3\n")
    #expect(contents.baseline.map(written) == "app;a 1\napp;c 4\n")
  }

  @Test func aDifferentialLineNeedsTwoCounts() throws {
    let text = "app;a 1 2\n" + String(repeating: "app;a 1 2\n", count: 100) + "app;b 3\n"
    let profile = try read(text).profile
    #expect(written(profile) == "app;a 202\n")
    #expect(profile.metadata.notes == ["line 102 has no stack with two counts and was left out"])
  }

  @Test func aNameMayEndWithANumber() throws {
    #expect(written(try read("app;worker 1 5\napp;main 3\n").profile) == "app;main 3\napp;worker 1 5\n")
  }

  @Test func roundsFractionsAndSaysSo() throws {
    let profile = try read("app;a 1.5\napp;b 2.4\napp;c 3.0\napp;d 7\n").profile
    #expect(profile.samples.map(\.weight) == [2, 2, 3, 7])
    #expect(profile.metadata.notes == ["2 counts have fractions: summed by stack, then rounded so that sums stay true"])
  }

  @Test func `fractions are summed by stack before they are rounded`() throws {
    // In the order of the lines, `a` and `b` would get each other's rests.
    let lines = (0..<10).map { _ in "app;main;a 0.4\napp;main;b 0.4\napp;idle 0.1\n" }.joined()
    let profile = try read(lines).profile
    #expect(written(profile) == "app;idle 1\napp;main;a 4\napp;main;b 4\n")
  }

  @Test func `what is called from a function is at most one off`() throws {
    let lines = (0..<100).map { "app;f\($0 % 10);g\($0) 0.\($0 % 7)3\n" }.joined()
    let profile = try read(lines).profile
    for function in 0..<10 {
      let exact = stride(from: function, to: 100, by: 10).map { Double($0 % 7) / 10 + 0.03 }.reduce(0, +)
      let total = written(profile).split(separator: "\n").filter { $0.hasPrefix("app;f\(function);") }
        .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
      #expect(abs(total - exact) < 1)
    }
  }

  @Test func leavesBadLinesOutAndSaysSo() throws {
    let profile = try read("app;a 1\nwarning: lost\napp;b x\napp;c 2\napp;d 3\n").profile
    #expect(profile.samples.map(\.weight) == [1, 2, 3])
    #expect(profile.metadata.notes == ["2 lines without a stack and a count were left out; the first is line 2"])
  }

  @Test(
    arguments: [
      ("", .noSamples(format: "folded", badLine: nil)),
      ("\n\n", .noSamples(format: "folded", badLine: nil)),
      ("\nHello World\n", .noSamples(format: "folded", badLine: 2)),
      ("a 1\nb\nc\n", .mostlyBadLines(format: "folded", line: 2, bad: 2, good: 1)),
      ("a;b 9223372036854775807\na;c 1\n", .countTooLarge(line: 2)),
      ("a;b 9223372036854775808\n", .noSamples(format: "folded", badLine: 1)),
      (" 12\n", .noSamples(format: "folded", badLine: 1)),
    ] as [(String, ProfileFormatError)])
  func refusesWhatIsNoFoldedFile(text: String, expected: ProfileFormatError) {
    #expect(throws: expected) { try read(text) }
  }

  @Test(
    arguments: [
      ("a 0000000000000000000000000012", 12), ("a 9223372036854775807", .max), ("a  7", 7), ("a 0", nil), ("a\t5", 5),
      (";; 3", 3), ("a; 2", 2),
    ] as [(String, Int64?)])
  func readsCounts(text: String, expected: Int64?) throws {
    #expect(try read(text).profile.samples.first?.weight == expected)
  }

  @Test func aMissingRootIsOnlyMeantBelowTheProcess() throws {
    let profile = try read("app;[truncated: x];f 1\napp;main;[truncated: x] 2\n").profile
    #expect(profile.preferred.completeness().truncated == ["x": 1])
    #expect(written(profile) == "app;[truncated: x];f 1\napp;main;[truncated: x] 2\n")
  }

  /// However lines are ordered, equal stacks are one stack: a plain dictionary is the judge.
  @Test func sharesStacksInAnyOrder() throws {
    var random = SeededGenerator(seed: 3)
    let names = ["a", "ab", "a b", "b", "b;a", "a(", "é"]
    for round in 0..<300 {
      var lines = (0..<Int.random(in: 1...30, using: &random)).map { _ in
        (0..<Int.random(in: 1...5, using: &random)).map { _ in names.randomElement(using: &random) ?? "" }
          .joined(separator: ";")
      }
      if round.isMultiple(of: 2) { lines.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) } }
      let profile = try read(lines.map { $0 + " 1\n" }.joined()).profile
      var stacks: Set<[UInt32]> = []
      for node in 0..<profile.stacks.count { stacks.insert(profile.stacks.path(to: StackID(index: node))) }
      #expect(stacks.count == profile.stacks.count, "\(lines)")
      var counts: [String: Int64] = [:]
      for sample in profile.samples {
        let thread = profile.threads[sample.thread.index]
        let frames = sample.stack.map { profile.stacks.path(to: $0) } ?? []
        let text = [thread.name] + frames.map { profile.functions[profile.frames[Int($0)].function.index].name }
        counts[text.joined(separator: ";"), default: 0] += sample.weight
      }
      #expect(counts == Dictionary(lines.map { ($0, 1) }, uniquingKeysWith: +))
    }
  }

  @Test func repairsInvalidUnicode() throws {
    let profile = try FoldedReader.read(
      (Array("app;".utf8) + [0xFF, 0xFE] + Array(" 1\n".utf8)).rawSpan, processNames: .yes
    ).profile
    #expect(profile.functions.map(\.name) == ["\u{FFFD}\u{FFFD}"])
  }

  /// Random bytes of the characters that matter must neither trap nor give negative weights.
  @Test func anyBytesGiveAProfileOrAnError() {
    var random = SeededGenerator(seed: 11)
    let alphabet = Array("ab;; 0129.\n\r[]_k+x\u{7F}".utf8) + [0xC3, 0x00]
    for _ in 0..<2_000 {
      let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
      if let profile = try? FoldedReader.read(bytes.rawSpan).profile {
        #expect(profile.samples.allSatisfy { $0.weight > 0 }, "\(bytes)")
        _ = FoldedStacks.bytes(of: profile.preferred)
      }
    }
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
