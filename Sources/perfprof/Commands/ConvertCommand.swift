import ArgumentParser
import ProfileFormats
import ProfileModel

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Write a profile in another format.",
    usage: "perfprof convert FILE -o OUT [--format NAME] [OPTION…]",
    discussion: """
      The extension of OUT says which: .folded .txt, .speedscope.json, .pb.gz .pprof, .firefox.json, .svg, .html. \
      With --format the extension does not matter, and OUT may be - for standard output.
      """)

  @Argument(
    help: "The profile: a recording, folded stacks, pprof, speedscope, `perf script` text; - is standard input.",
    completion: .file())
  var file: String

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

  mutating func run() throws {
    var target = try ProfileOutput(path: output, formatName: format)
    target.threads = threads
    target.showsCommand = !noCommand
    target.writesAllValues = !input.value.isGiven
    if target.format == .recording {
      try target.write(Profile().preferred, recording: try ProfileInput(path: file).recording())
    } else {
      try target.write(try input.selected(file))
    }
  }
}
