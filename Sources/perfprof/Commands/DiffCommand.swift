import ArgumentParser
import FlameGraphs
import ProfileComparison
import ProfileFormats
import ProfileModel
import TextWriting
import Wording

struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "What changed between two profiles, as shares of all samples.",
    usage: "perfprof diff BEFORE AFTER [-o OUT]… [OPTION…]",
    discussion: """
      Prints a table of functions with their shares before and after, the change, and whether it is more than chance. \
      -o OUT.svg draws both as one flame graph, red where a share grew, blue where it shrank; OUT.json is the table.
      """)

  @Argument(help: "The profile to compare with.", completion: .file())
  var before: String

  @Argument(help: "The profile of interest.", completion: .file())
  var after: String

  @Option(
    name: [.short, .customLong("output")],
    help: ArgumentHelp("File to write: .svg, .html or .json; may be repeated.", valueName: "OUT"), completion: .file())
  var output: [String] = []

  @Option(help: "Which share decides order and verdict: self or total.")
  var sort = FunctionComparison.Measure.`self`

  @Option(help: ArgumentHelp("The most rows; 0 for all. Default: 40, and all with --json.", valueName: "N"))
  var limit: Int?

  @Option(
    help: "End with status 1 if a share grew, beyond chance, by more than so many points: 'self>1', 'total(parse)>2.5'."
  )
  var failIf: String?

  @OptionGroup var input: InputFlags

  @Flag(help: "Tell threads apart in the picture.")
  var threads = false

  @Flag(help: "The table as JSON.")
  var json = false

  @Option(help: "The picture's title.")
  var title: String?

  @Flag(help: "Leave the command line out of pictures.")
  var noCommand = false

  mutating func validate() throws {
    if let limit, limit < 0 { throw ValidationError("--limit \(limit): use 0 or more") }
    if let failIf, ChangeGate(failIf) == nil {
      throw ValidationError(
        "--fail-if \(failIf): use 'self>1' or 'total(FUNCTION)>2.5'; the number is in percentage points")
    }
    for path in output where Self.kind(of: path) == nil {
      throw ValidationError("-o \(path): diff writes .svg, .html and .json")
    }
  }

  mutating func run() throws {
    let (old, new) = try profiles()
    let comparison = FunctionComparison(before: old, after: new, .init(measure: sort))
    for path in output { try write(path, old, new, comparison) }
    let wanted = limit ?? (json ? 0 : 40)
    // Rows of noise say nothing; who asks for a number of them gets them.
    let isNoise = limit == nil && !json && comparison.changed.isEmpty
    let rows = isNoise ? 0 : wanted == 0 ? nil : wanted
    let table =
      json ? comparison.json(limit: rows) : Array(comparison.text(names: (before, after), limit: rows).utf8)
    try OutputFile(path: "-").write(table)
    try gate(comparison)
  }

  private func profiles() throws(Failure) -> (SelectedProfile, SelectedProfile) {
    guard before != "-" || after != "-" else {
      throw Failure(.usage, "only one of the two profiles can come from standard input: name a file for the other")
    }
    let (old, new) = (try input.selected(before), try input.selected(after))
    let (first, second) = (old.value, new.value)
    guard first.unit == second.unit, first.name == second.name || first.unit != .count else {
      throw Failure(
        .usage,
        "\(before) has \(first.name) in \(first.unit), \(after) \(second.name) in \(second.unit): name what to compare "
          + "with --value")
    }
    return (old, new)
  }

  private enum Kind { case svg, html, json }

  private static func kind(of path: String) -> Kind? {
    if path.lowercased().hasSuffix(".json") { return .json }
    switch ProfileFormat(extensionOf: path) {
    case .svg: return .svg
    case .html: return .html
    default: return nil
    }
  }

  private func write(
    _ path: String, _ old: SelectedProfile, _ new: SelectedProfile, _ comparison: FunctionComparison
  ) throws(Failure) {
    if Self.kind(of: path) != .json {
      try ProfileOutput.checkTree(of: old, threads: threads, path: before)
      try ProfileOutput.checkTree(of: new, threads: threads, path: after)
    }
    let bytes: [UInt8]
    switch Self.kind(of: path) {
    case .json, nil: bytes = comparison.json()
    case .svg: bytes = FlameGraph.svg(tree(old, new), caption: caption(old, new))
    case .html: bytes = FlameGraph.html(tree(old, new), caption: caption(old, new))
    }
    try OutputFile(path: path).write(bytes)
    printError("perfprof: wrote \(path)")
  }

  private func tree(_ old: SelectedProfile, _ new: SelectedProfile) -> CallTree {
    let processes = AlignedProcesses.align(before: old, after: new)
    let aligned = AlignedInlines(before: processes.before, after: processes.after)
    return CallTree(before: aligned.before, after: aligned.after, threads: threads)
  }

  private func caption(_ old: SelectedProfile, _ new: SelectedProfile) -> FlameGraphCaption {
    var caption = FlameGraphCaption(before: old, after: new, title: title)
    if noCommand { caption.command = "" }
    return caption
  }

  private func gate(_ comparison: FunctionComparison) throws(Failure) {
    guard let failIf, let gate = ChangeGate(failIf) else { return }
    switch gate.outcome(for: comparison) {
    case .passed: return
    case .failed(let rows):
      let names = rows.prefix(5).map { row in
        let change = row.change(gate.measure)
        return "\(row.name) \(change.before.percent) → \(change.after.percent)"
      }
      throw Failure(.gateFailed, "--fail-if \(failIf): " + names.joined(separator: ", "))
    case .noSuchFunction(let name):
      throw Failure(.noInput, "--fail-if \(failIf): neither profile has the function \(name): nothing was checked")
    }
  }
}

extension FunctionComparison.Measure: ExpressibleByArgument {}
