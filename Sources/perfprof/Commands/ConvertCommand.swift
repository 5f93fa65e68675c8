import ArgumentParser
import ProfileFormats
import ProfileModel

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Write a profile in another format.",
    discussion: """
      The extension of OUT says which: .folded .txt, .speedscope.json, .pb.gz .pprof, .firefox.json, .svg, .html. \
      With --format the extension does not matter, and OUT may be - for standard output.
      """)

  @Argument(
    help: "The profile: a recording, folded stacks, pprof, speedscope, `perf script` text; - is standard input.")
  var file: String

  @Option(name: [.short, .customLong("output")], help: "What to write.")
  var output: String

  @Option(help: "recording, svg, html, folded, speedscope, pprof or firefox.")
  var format: String?

  @OptionGroup var input: InputFlags

  @Flag(help: "Tell threads apart: in folded stacks the thread's name comes second.")
  var threads = false

  mutating func run() throws {
    var target = try ProfileOutput(path: output, formatName: format)
    target.threads = threads
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
}
