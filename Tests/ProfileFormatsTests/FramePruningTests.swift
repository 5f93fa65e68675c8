import PprofSchema
import ProfileModel
import SwiftProtobuf
import Testing

@testable import ProfileFormats

@Suite struct FramePruningTests {
  @Test(arguments: [
    ("a.c", "abc", true), ("a.c", "abcd", false), ("a|bc", "bc", true), ("(a|b)*c", "ababc", true),
    ("runtime\\.(mcall|goexit)", "runtime.goexit", true), ("runtime\\.(mcall|goexit)", "runtimeXgoexit", false),
    ("[a-c]+[^x]?", "abcz", true), ("[a-c]+[^x]?", "abcx", false), ("x{2,3}", "xxx", true), ("x{2,3}", "x", false),
    ("^foo$", "foo", true), ("(?:fo+){2}", "fofooo", true), ("\\w+::\\d*", "ab::12", true),
    (".*malloc.*", "__libc_malloc", true),
    ("", "", true), ("[]a]", "]", true), ("a{x", "a{x", true),
    ("(a*)*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", false),
  ])
  func `expressions match whole names`(expression: String, name: String, matches: Bool) throws {
    #expect(try #require(LinearExpression(expression)).matches(name) == matches)
  }

  @Test(arguments: [
    "(", "a)", "[a", "*", "a**b{", "\\bword", "(?i)x", "[[:alpha:]]", "x{2000}", "((a{100}){100}){100}", "\\",
  ])
  func `what is not understood is refused`(expression: String) {
    #expect(LinearExpression(expression).map { !$0.matches("\u{1}") } ?? true)
  }

  @Test func `hostile expressions take no time`() {
    let nested = String(repeating: "(", count: 100_000)
    #expect(LinearExpression(nested) == nil)
    let stars = String(repeating: "a*", count: 2_000)
    #expect(LinearExpression(stars)?.matches(String(repeating: "a", count: 200) + "b") == false)
  }

  /// One sample: root first, of locations with inlined functions behind `>`.
  private func stacks(_ stack: [String], drop: String, keep: String = "") throws -> Profile {
    var message = Pprof_Profile()
    message.stringTable = [""]
    func text(_ string: String) -> Int64 {
      if let known = message.stringTable.firstIndex(of: string) { return Int64(known) }
      message.stringTable.append(string)
      return Int64(message.stringTable.count - 1)
    }
    message.sampleType = [.with { ($0.type, $0.unit) = (text("samples"), text("count")) }]
    // The schema of what perfprof writes has no `drop_frames` (7) and `keep_frames` (8).
    let asked = [7 << 3, UInt8(text(drop)), 8 << 3, UInt8(text(keep))]
    for (index, location) in stack.enumerated() {
      let names = location.split(separator: ">").map(String.init)
      message.location.append(
        .with { row in
          row.id = UInt64(index + 1)
          for name in names.reversed() {
            let id = UInt64(message.function.count + 1)
            message.function.append(.with { ($0.id, $0.name) = (id, text(name)) })
            row.line.append(.with { $0.functionID = id })
          }
        })
    }
    message.sample = [
      .with { ($0.locationID, $0.value) = (stack.indices.reversed().map { UInt64($0 + 1) }, [3]) }
    ]
    return try Pprof.read([UInt8](message.serializedData()) + asked)
  }

  // The right values are those of `go tool pprof -traces`.
  @Test(arguments: [
    (["main", "work", "malloc", "brk"], "malloc", "", "main;work"),
    (["main", "work", "malloc(unsigned long)", "brk"], "malloc", "", "main;work"),
    (["malloc", "work", "brk"], "malloc", "", "malloc;work;brk"),
    (["main", "work>malloc>sbrk", "brk"], "malloc", "", "main;work_[x]"),
    (["main", "tc_malloc", "brk"], ".*malloc", "tc_.*", "main;tc_malloc;brk"),
    (["main", "operator()(int)", "brk"], "operator\\(\\)", "", "main"),
    (["main", "work"], "(?i)main", "", "main;work"),
  ])
  func `frames are left out as pprof does`(stack: [String], drop: String, keep: String, expected: String) throws {
    let profile = try stacks(stack, drop: drop, keep: keep)
    let sample = try #require(profile.samples.first)
    var names: [String] = []
    var next = sample.stack
    while let id = next {
      let frame = profile.frames[Int(profile.stacks.frame(of: id))]
      names.insert(profile.functions[frame.function.index].name, at: 0)
      next = profile.stacks.parent(of: id)
    }
    #expect(names.joined(separator: ";") == expected.replacing("_[x]", with: ""))
    #expect(sample.weight == 3)
  }
}
