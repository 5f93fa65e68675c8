import ArgumentParser
import ProfileComparison
import ProfileFormats
import ProfileModel

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Write a profile in another format.",
    usage: "perfprof convert FILE -o OUT [--format NAME] [OPTION…]\nperfprof convert --baseline FILE… -o OUT",
    discussion: """
      The extension of OUT says which: .folded .txt, .speedscope.json, .pb.gz .pprof, .firefox.json, .svg, .html. \
      With --format the extension does not matter, and OUT may be - for standard output.
      """)

  @Argument(
    help: "The profile: a recording, folded stacks, pprof, speedscope, `perf script` text; - is standard input.",
    completion: .file())
  var file: String

  @Argument(help: "With --baseline: further runs, or baselines to merge with.", completion: .file())
  var more: [String] = []

  @Option(
    name: [.short, .customLong("output")], help: ArgumentHelp("What to write.", valueName: "OUT"), completion: .file())
  var output: String

  @Option(
    help: ArgumentHelp("recording, svg, html, folded, speedscope, pprof or firefox.", valueName: "NAME"),
    completion: .list(ProfileFormat.allCases.map(\.name)))
  var format: String?

  @OptionGroup var input: InputFlags

  @Flag(help: "Tell threads apart: in folded stacks the thread's name comes second.")
  var threads = false

  @Flag(help: "Leave the command line out of pictures.")
  var noCommand = false

  @Flag(help: "Write a baseline for `perfprof diff`: amounts of functions, without stacks and times, at most 100 KB.")
  var baseline = false

  mutating func validate() throws {
    if !baseline, !more.isEmpty { throw ValidationError("\(more[0]): only --baseline takes several files") }
    if baseline, format != nil { throw ValidationError("--format and --baseline: leave one out") }
  }

  mutating func run() throws {
    if baseline { return try writeBaseline() }
    var target = try ProfileOutput(path: output, formatName: format)
    target.threads = threads
    target.showsCommand = !noCommand
    target.writesAllValues = !input.value.isGiven
    if target.format == .recording {
      guard !input.selection.isGiven else {
        throw Failure(.usage, "-o \(output): a recording is copied whole: leave out what selects a part, or use pprof")
      }
      try target.write(Profile().preferred, recording: try ProfileInput(path: file).recording())
    } else {
      try target.write(try input.selected(file))
    }
  }
  private func writeBaseline() throws(Failure) {
    var inputs: [(path: String, input: ComparisonInput)] = []
    for path in [file] + more { inputs.append((path, try ComparisonFile.read(path, input))) }
    try ComparisonFile.check(inputs)
    try OutputFile(path: output).write(SideTable(inputs.map(\.input)).baseline())
  }
}
