import ProfileModel
import Testing

@Suite struct SelectionTests {
  private func names(_ selected: SelectedProfile) -> [String] {
    let profile = selected.profile
    return selected.samples.map { sample in
      let path = sample.stack.map { profile.stacks.path(to: $0) } ?? []
      let names = path.map { profile.functions[profile.frames[Int($0)].function.index].name }
      return names.joined(separator: ";") + " \(sample.weight)"
    }
  }

  /// Two threads of two processes: at 0 s, 1 s and 2 s.
  private func selected(_ change: (inout Selection) throws -> Void) rethrows -> SelectedProfile {
    var builder = ProfileBuilder()
    let threads = ["web", "db"].map { name in
      builder.add(ThreadRecord(process: builder.add(ProcessRecord(pid: 1, name: name)), tid: 1, name: name))
    }
    let rows: [(thread: Int, stack: [String], weight: Int64)] = [
      (0, ["main", "parse", "lex"], 3), (1, ["main", "write"], 2), (0, ["[truncated: memory unreadable]", "lex"], 1),
    ]
    let module = builder.intern(Module(path: "/lib/libparse.so"))
    for (second, row) in rows.enumerated() {
      let stack = builder.intern(
        stack: row.stack.map { name in
          let function = builder.intern(
            Function(name: name, fullName: "\(name)(Int)", module: name == "lex" ? module : nil, file: "\(name).c"))
          return builder.intern(Frame(function: function, kind: name.hasPrefix("[") ? .truncated : .user))
        })
      builder.profile.samples.append(
        Sample(time: UInt64(second) * 1_000_000_000, thread: threads[row.thread], stack: stack, weight: row.weight))
    }
    builder.profile.metadata.isRecorded = true
    var result = builder.profile.preferred
    try change(&result.selection)
    return result.applyingSelection()
  }

  @Test func takesTimesThreadsAndProcesses() {
    #expect(names(selected { $0.time = 1_000_000_000..<2_000_000_000 }) == ["main;write 2"])
    #expect(names(selected { $0.threads = [ThreadID(index: 1)] }) == ["main;write 2"])
    #expect(names(selected { $0.processes = [ProcessID(index: 0)] }).count == 2)
    #expect(
      names(
        selected {
          $0.processes = []; $0.time = 0..<1
        }) == [])
  }

  @Test func focusesIgnoresAndHides() throws {
    #expect(try names(selected { $0.focus = [try FunctionPattern("^lex$")] }).count == 2)
    #expect(
      try names(selected { $0.focus = [try FunctionPattern("lex"), try FunctionPattern("main")] }) == [
        "main;parse;lex 3"
      ])
    #expect(try names(selected { $0.ignore = [try FunctionPattern("pars|writ")] }).count == 1)
    #expect(
      try names(selected { $0.hide = [try FunctionPattern("module:libparse")] }) == [
        "main;parse 3", "main;write 2", "[truncated: memory unreadable] 1",
      ])
    // A sample of which nothing is left is left out, but what a stack lacks is no function to hide.
    #expect(try names(selected { $0.hide = [try FunctionPattern("")] }) == ["[truncated: memory unreadable] 1"])
  }

  @Test func looksAtNamesUnlessToldOtherwise() throws {
    #expect(try names(selected { $0.focus = [try FunctionPattern("Int")] }) == [])
    #expect(try names(selected { $0.focus = [try FunctionPattern("full:\\(Int\\)")] }).count == 3)
    #expect(try names(selected { $0.focus = [try FunctionPattern("file:write\\.c$")] }) == ["main;write 2"])
    #expect(throws: FunctionPattern.Invalid(expression: "a(")) { try FunctionPattern("module:a(") }
  }

  @Test func turnsStacksOverAndStillKnowsWhichWereCut() throws {
    let turned = try selected { $0.isReversed = true }.turned()
    #expect(names(turned) == ["lex;parse;main 3", "write;main 2", "lex;[truncated: memory unreadable] 1"])
    let completeness = turned.completeness()
    #expect(completeness.rooted == 5)
    #expect(completeness.truncated == ["memory unreadable": 1])
    #expect(try names(turned.turned()) == names(turned))
  }

  @Test func refusesATreeThatTurnedOverIsTooLarge() throws {
    let selected = selected { $0.isReversed = true }
    #expect(throws: ReadingBudget.Exceeded(resource: .stackNodes, limit: 4)) {
      _ = try selected.turned(ReadingBudget().limiting(.stackNodes, to: 4))
    }
  }
}
