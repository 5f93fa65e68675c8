import ArgumentParser
import ProfileModel
import Reports

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Tables: functions by self or total samples, callers and callees of one.",
    discussion:
      "FILE is a recording, folded stacks, a pprof or speedscope file or `perf script` text; - is standard input.")

  @Argument(help: "The profile.")
  var file: String

  @Option(help: "What decides the order: self or total.")
  var sort = FunctionReport.Order.`self`

  @Option(help: "The most rows; 0 for all. Default: 40, and all with --json.")
  var limit: Int?

  @Option(help: "Who calls the function NAME: its whole name, or a part that only it has.")
  var callers: String?

  @Option(help: "Whom the function NAME calls.")
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
    let bytes: [UInt8]
    if let name = callers ?? callees {
      bytes = try calls(of: name, in: profile, rows: rows)
    } else if groupRuntime {
      let report = RuntimeReport(profile)
      bytes = json ? report.json() : Array(report.text().utf8)
    } else {
      let options = FunctionReport.Options(order: sort, limit: rows, byLine: lines)
      let report = FunctionReport(profile, options)
      let overview = ProfileOverview(profile)
      if markdown {
        bytes = Array(overview.markdown(functions: report).utf8)
      } else {
        bytes = json ? report.json(overview) : Array((report.text() + "\n" + overview.text()).utf8)
      }
    }
    try OutputFile(path: "-").write(bytes)
  }

  private func calls(of name: String, in profile: SelectedProfile, rows: Int?) throws(Failure) -> [UInt8] {
    let report: CallReport
    do throws(ReportError) {
      report = try CallReport(profile, function: name)
    } catch { throw Failure(.noInput, "\(file): \(Self.sentence(for: error))") }
    let showsCallers = callers != nil
    let showsCallees = callees != nil
    if json { return report.json(callers: showsCallers, callees: showsCallees, limit: rows) }
    return Array(report.text(callers: showsCallers, callees: showsCallees, limit: rows).utf8)
  }

  private static func sentence(for error: ReportError) -> String {
    switch error {
    case .noSuchFunction(let name):
      "no function's name is or holds \(name): `perfprof report` lists them"
    case .ambiguousFunction(let name, let candidates, let more):
      "\(name) is part of several names, say which: " + candidates.joined(separator: " | ")
        + (more > 0 ? " and \(more) more" : "")
    }
  }
}

extension FunctionReport.Order: ExpressibleByArgument {}
