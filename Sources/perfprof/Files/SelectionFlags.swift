import ArgumentParser
import ProfileModel
import TextWriting

/// Which samples, and what of their stacks, a view is of.
struct SelectionFlags: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Only samples with a function on their stack whose name matches RE; repeated, with one for each. module:RE, file:RE \
      and full:RE look at the module's path, the source file and the full name, kind:RE at the kind of code (user, \
      inlined, kernel, jit, awaits); so for --ignore and --hide.
      """, valueName: "re"))
  var focus: [String] = []

  @Option(help: ArgumentHelp("Leave out samples with a function that matches on their stack.", valueName: "re"))
  var ignore: [String] = []

  @Option(
    help: ArgumentHelp("Leave out functions that match: what they cost is their callers'.", valueName: "re"))
  var hide: [String] = []

  @Option(help: ArgumentHelp("Only threads of this name, or with this number.", valueName: "re|tid"))
  var thread: [String] = []

  @Option(help: ArgumentHelp("Only processes of this name, or with this number.", valueName: "re|pid"))
  var process: [String] = []

  @Option(help: ArgumentHelp("Only samples from so many seconds after the start on.", valueName: "seconds"))
  var from: Double?

  @Option(help: ArgumentHelp("Only samples before so many seconds after the start.", valueName: "seconds"))
  var to: Double?

  @Flag(help: "Stacks from the function that ran on, its callers below; tables of functions stay as they are.")
  var reverse = false

  mutating func validate() throws {
    for (name, seconds) in [("--from", from), ("--to", to)] {
      if let seconds, !(seconds >= 0 && seconds < 1e9) {
        throw ValidationError("\(name) \(seconds): use a number of seconds, 0 or more")
      }
    }
    if let from, let to, from >= to {
      throw ValidationError("--from \(from) --to \(to): the end is not after the start")
    }
  }

  /// Whether anything is asked for that leaves samples or frames out.
  var isGiven: Bool {
    !(focus + ignore + hide + thread + process).isEmpty || from != nil || to != nil || reverse
  }

  /// The samples of `selected` that are asked for, with what is asked for of their stacks.
  func select(of selected: SelectedProfile, path: String) throws(Failure) -> SelectedProfile {
    var result = selected
    let profile = selected.profile
    result.selection.focus = try patterns(focus, "--focus")
    result.selection.ignore = try patterns(ignore, "--ignore")
    result.selection.hide = try patterns(hide, "--hide")
    result.selection.isReversed = reverse
    let name = path == "-" ? "standard input" : path
    if !thread.isEmpty {
      let wanted = try chosen(thread, "--thread", profile.threads.map { ($0.name, $0.tid) }, in: name)
      result.selection.threads = Set(wanted.map { ThreadID(index: $0) })
    }
    if !process.isEmpty {
      let wanted = try chosen(process, "--process", profile.processes.map { ($0.name, $0.pid) }, in: name)
      result.selection.processes = Set(wanted.map { ProcessID(index: $0) })
    }
    if from != nil || to != nil {
      guard profile.samples.isEmpty || profile.samples.contains(where: { $0.time != 0 }) else {
        throw Failure(.usage, "--from, --to: \(name) does not say when its samples were taken")
      }
      result.selection.time = (from?.nanoseconds ?? 0)..<(to?.nanoseconds ?? .max)
    }
    return result.applyingSelection()
  }

  private func patterns(_ texts: [String], _ option: String) throws(Failure) -> [FunctionPattern] {
    var patterns: [FunctionPattern] = []
    for text in texts {
      do throws(FunctionPattern.Invalid) {
        patterns.append(try FunctionPattern(text))
      } catch {
        throw Failure(.usage, "\(option) \(text): not a regular expression: put \\ before what is meant as it stands")
      }
    }
    return patterns
  }

  /// Positions of rows that any of the texts means: digits a number, else a regular expression the name.
  private func chosen(
    _ texts: [String], _ option: String, _ rows: [(name: String, number: Int32)], in file: String
  ) throws(Failure) -> [Int] {
    var chosen: Set<Int> = []
    for text in texts {
      let pattern = try patterns([text], option)
      let matching = rows.indices.filter { index in
        if let number = Int32(text) { return rows[index].number == number || rows[index].name == text }
        return pattern.contains { $0.matches(name: rows[index].name) }
      }
      guard !matching.isEmpty else {
        throw Failure(.noInput, "\(option) \(text): \(file) has none: `perfprof info` and the page list them")
      }
      chosen.formUnion(matching)
    }
    return chosen.sorted()
  }
}

extension Double {
  /// Seconds in nanoseconds; the caller has seen to it that they are some.
  fileprivate var nanoseconds: UInt64 { UInt64((self * 1e9).rounded()) }
}
