import ArgumentParser
import Glibc
import ProfileComparison

/// The options on how a comparison is shown.
struct VerdictFlags: ParsableArguments {
  @Option(
    name: [.short, .customLong("output")],
    help: ArgumentHelp("File to write: .svg, .html, .json or .md; may be repeated.", valueName: "OUT"),
    completion: .file())
  var output: [String] = []

  @Option(help: "The most rows of each table; 0 for all. Default: 40, and all with --json.")
  var limit: Int?

  @Flag(help: "The verdicts as JSON.")
  var json = false

  @Flag(help: "The verdicts as Markdown for a pull request.")
  var markdown = false

  func validate() throws {
    if json, markdown { throw ValidationError("--json and --markdown: one of them at a time") }
    if let limit, limit < 0 { throw ValidationError("--limit \(limit): use 0 or more") }
    for path in output where ComparisonReport.kind(of: path) == nil {
      throw ValidationError("-o \(path): comparisons are written as .svg, .html, .json and .md")
    }
  }

  /// Writes the files, then the verdicts on standard output.
  ///
  /// - Parameters:
  ///   - page: Where the page will be, for a link to it.
  ///   - isFull: Whether what is unchanged is listed, too.
  func show(_ report: ComparisonReport, page: String? = nil, isFull: Bool = false) throws {
    for path in output { try report.write(path) }
    let wanted = limit ?? (json ? 0 : 40)
    let rows = wanted == 0 ? nil : wanted
    let (comparison, names) = (report.comparison, report.names)
    let bytes: [UInt8]
    if json {
      bytes = comparison.json(limit: rows)
    } else if markdown {
      let page = page ?? output.first { ComparisonReport.kind(of: $0) == .html }
      bytes = Array(comparison.markdown(names: names, page: page, limit: rows ?? .max).utf8)
    } else {
      let columns = Terminal.columns(of: STDOUT_FILENO)
      bytes = Array(comparison.text(names: names, limit: rows, columns: columns, isFull: isFull).utf8)
    }
    try OutputFile(path: "-").write(bytes)
  }
}
