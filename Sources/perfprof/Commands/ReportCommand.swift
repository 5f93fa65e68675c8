import ArgumentParser
import Glibc
import ProfileModel
import Reports
import TextWriting

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Tables: functions by self or total samples, callers and callees of one.",
    usage:
      "perfprof report FILE [--sort self|total] [--limit N] [--callers NAME] [--callees NAME] [--json] [--markdown] [OPTION…]",
    discussion:
      "FILE is a recording, folded stacks, a pprof or speedscope file or `perf script` text; - is standard input.")

  @Argument(help: "The profile.", completion: .file())
  var file: String

  @Option(help: "What decides the order: self or total.")
  var sort = FunctionReport.Order.`self`

  @Option(help: ArgumentHelp("The most rows; 0 for all. Default: 40, and all with --json.", valueName: "N"))
  var limit: Int?

  @Option(
    help: ArgumentHelp(
      "Who calls the function NAME: its whole name, or a part, which stands for all functions that have it.",
      valueName: "NAME"))
  var callers: String?

  @Option(help: ArgumentHelp("Whom the function NAME calls.", valueName: "NAME"))
  var callees: String?

  @Flag(help: "A row for each source line instead of each function.")
  var lines = false

  @Flag(help: "How much goes into the Swift runtime and malloc, and who causes it.")
  var groupRuntime = false

  @OptionGroup var input: InputFlags

  @Flag(help: "As JSON.")
  var json = false

  @Flag(help: "As Markdown: what was measured, where the time went, what to look at next.")
  var markdown = false

  mutating func validate() throws {
    if let limit, limit < 0 { throw ValidationError("--limit \(limit): use 0 or more") }
    if let callers, let callees, callers != callees {
      throw ValidationError("--callers and --callees of different functions: ask for one at a time")
    }
    if markdown, json || lines || groupRuntime || callers != nil || callees != nil {
      throw ValidationError("--markdown is a report by itself: leave the others out")
    }
  }

  mutating func run() throws {
    let profile = try input.selected(file)
    let wanted = limit ?? (json ? 0 : markdown ? 15 : 40)
    let rows = wanted == 0 ? nil : wanted
    let columns = Terminal.columns(of: STDOUT_FILENO)
    let bytes: [UInt8]
    if let name = callers ?? callees {
      bytes = try calls(of: name, in: profile, rows: rows, columns: columns)
    } else if groupRuntime {
      let report = RuntimeReport(profile)
      bytes = json ? report.json() : Array(report.text(columns: columns).utf8)
    } else {
      let options = FunctionReport.Options(order: sort, limit: rows, byLine: lines)
      let report = FunctionReport(profile, options)
      let overview = ProfileOverview(profile)
      if markdown {
        bytes = Array(overview.markdown(functions: report).utf8)
      } else if json {
        bytes = report.json(overview)
      } else {
        let text = report.text(columns: columns) + "\n" + overview.text(columns: columns) + nextStep(report, columns)
        bytes = Array(text.utf8)
      }
    }
    try OutputFile(path: "-").write(bytes)
  }

  /// On a terminal, what to ask next: who calls the heaviest function.
  private func nextStep(_ report: FunctionReport, _ columns: Int?) -> String {
    guard columns != nil, file != "-", let row = report.rows.first, row.own > 0 else { return "" }
    let (path, name) = (file.shellWord, row.function.name.shellWord)
    return "\n" + "next: perfprof report \(path) --callers \(name)".escapedForTerminal + "\n"
  }

  private func calls(
    of name: String, in profile: SelectedProfile, rows: Int?, columns: Int?
  ) throws(Failure) -> [UInt8] {
    let report: CallReport
    do throws(ReportError) {
      report = try CallReport(profile, function: name)
    } catch { throw Failure(.noInput, "\(file): \(Self.sentence(for: error))") }
    let showsCallers = callers != nil
    let showsCallees = callees != nil
    if json { return report.json(callers: showsCallers, callees: showsCallees, limit: rows) }
    return Array(report.text(callers: showsCallers, callees: showsCallees, limit: rows, columns: columns).utf8)
  }

  private static func sentence(for error: ReportError) -> String {
    switch error {
    case .noSuchFunction(let name): "no function's name is or holds \(name): `perfprof report` lists them"
    }
  }
}

extension FunctionReport.Order: ExpressibleByArgument {}
