import ArgumentParser
import FlameGraphs
import Glibc
import ProfileComparison
import ProfileFormats
import ProfileModel
import TextWriting
import Wording

struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "What changed between two sides, and what of it is more than chance.",
    usage: "perfprof diff BEFORE AFTER [OPTION]…\nperfprof diff BEFORE… -- AFTER… [OPTION]…",
    discussion: """
      The answer comes first, then what changed, then what could not be told. Four or more recordings of each side are \
      compared as whole runs, fewer in blocks of time. A side may be a baseline of `perfprof convert --baseline`. \
      -o OUT.svg draws both sides as one flame graph, red where a share grew, blue where it shrank, gray where that is \
      chance; OUT.html is the page with all views of both sides and the verdicts; OUT.json and OUT.md are the verdicts.
      """)

  @Argument(
    help: "The profiles to compare with, and behind -- those of interest; without --, one of each.",
    completion: .file())
  var files: [String] = []

  @Option(
    name: .customLong("after"), parsing: .upToNextOption,
    help: ArgumentHelp("The profiles of interest: what -- stands for.", valueName: "FILE"), completion: .file())
  var after: [String] = []

  @OptionGroup var verdicts: VerdictFlags
  @OptionGroup var comparison: ComparisonFlags

  @Option(
    help: """
      What amounts are compared by: share, second (CPU seconds a second) or work, which is --work or the calls that \
      `record --work-symbol` counted. By default share, and work where both sides counted calls of one function.
      """)
  var per: Basis?

  @Option(help: "Units of work in all recordings of each side: BEFORE=N,AFTER=M.")
  var work: String?

  @Flag(help: "List what is unchanged, too.")
  var full = false

  @OptionGroup var input: InputFlags

  @Flag(help: "Tell threads apart in the picture.")
  var threads = false

  @Option(help: "With --markdown: where the page will be, for a link to it.")
  var page: String?

  @Option(help: "The picture's title.")
  var title: String?

  @Flag(help: "Leave the command line out of pictures.")
  var noCommand = false

  enum Basis: String, ExpressibleByArgument, CaseIterable { case share, second, work }

  /// The words of a command line, with `--` between two sides as the option that it stands for.
  static func words(_ arguments: [String]) -> [String] {
    guard arguments.first == "diff", let place = arguments.firstIndex(of: "--") else { return arguments }
    var words = arguments
    words[place] = "--after"
    return words
  }

  /// The files of each side.
  private var sides: (before: [String], after: [String])? {
    if !after.isEmpty { return files.isEmpty ? nil : (files, after) }
    return files.count == 2 ? ([files[0]], [files[1]]) : nil
  }

  mutating func validate() throws {
    guard sides != nil else {
      throw ValidationError("name two profiles, or several of each side: BEFORE… -- AFTER…")
    }
    if work != nil, parsedWork == nil { throw ValidationError("--work \(work ?? ""): use BEFORE=N,AFTER=M") }
    if let per, per != .work, work != nil { throw ValidationError("--work and --per \(per.rawValue): leave one out") }
  }

  /// What `--work` says.
  private var parsedWork: (before: Double, after: Double)? {
    var numbers: [String: Double] = [:]
    for part in (work ?? "").split(separator: ",") {
      let sides = part.split(separator: "=")
      guard sides.count == 2, let number = Double(sides[1]), number > 0, number.isFinite else { return nil }
      numbers[sides[0].lowercased()] = number
    }
    guard numbers.count == 2, let before = numbers["before"], let after = numbers["after"] else { return nil }
    return (before, after)
  }

  /// What to divide by: what is asked for, else counted calls where all recordings have those of one function.
  private func basis(_ inputs: [(path: String, input: ComparisonInput)]) throws(Failure) -> ComparisonBasis {
    if let work = parsedWork { return .work(before: work.before, after: work.after) }
    switch per {
    case .second: return .second
    case .share: return .share
    case .work, nil: break
    }
    let counted = inputs.map { $0.input.countedCalls }
    if let first = counted.first ?? nil, counted.allSatisfy({ $0?.function == first.function && $0?.count ?? 0 > 0 }) {
      return .calls(function: first.function)
    }
    guard per == .work else { return .share }
    let advice =
      "say how much work it was with --work BEFORE=N,AFTER=M, or record both sides with --work-symbol FUNCTION"
    for (one, path) in zip(counted, inputs.map(\.path)) {
      guard let one else { throw Failure(.usage, "--per work: \(path) has no count of work: \(advice)") }
      guard one.count > 0 else {
        throw Failure(.usage, "--per work: \(path) has no call of \(one.function), which was counted there: \(advice)")
      }
    }
    throw Failure(.usage, "--per work: the calls of different functions were counted: \(advice)")
  }

  mutating func run() throws {
    guard let sides else { return }
    guard (sides.before + sides.after).filter({ $0 == "-" }).count < 2 else {
      throw Failure(.usage, "only one of the profiles can come from standard input: name a file for the other")
    }
    var inputs: [(path: String, input: ComparisonInput)] = []
    for path in sides.before + sides.after {
      inputs.append((path, try ComparisonFile.read(path, input)))
      // Before the next is read: that may take as long.
      try Self.checkAmounts(inputs.suffix(1))
    }
    try ComparisonFile.check(inputs)
    try Self.checkAmounts(inputs[...])
    let earlier = inputs.prefix(sides.before.count).map(\.input)
    let later = inputs.dropFirst(sides.before.count).map(\.input)
    let result = FunctionComparison(before: earlier, after: Array(later), comparison.options(try basis(inputs)))
    let names = (Self.name(of: sides.before), Self.name(of: sides.after))
    let report = ComparisonReport(
      comparison: result, before: earlier, after: Array(later), names: names, title: title, threads: threads,
      showsCommand: !noCommand)
    try verdicts.show(report, page: page, isFull: full)
    try comparison.hold(result)
  }

  /// Throws when comparing these would take too much.
  private static func checkAmounts(_ inputs: ArraySlice<(path: String, input: ComparisonInput)>) throws(Failure) {
    do throws(ReadingBudget.Exceeded) {
      try ComparisonInput.check(inputs.map(\.input), ReadingBudget())
    } catch { throw Failure(.badInput, "\(inputs.last?.path ?? ""): comparing it \(error.sentence)") }
  }

  private static func name(of files: [String]) -> String {
    files.count == 1 ? files[0] : "\(files[0]) and \(files.count - 1) more"
  }
}
