import ArgumentParser
import FlameGraphs
import ProfileModel

struct FlamegraphCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flamegraph", abstract: "Draw a flame graph: one self-contained SVG file.",
    discussion: "FILE is a recording, folded stacks, a pprof file or `perf script` text; - is standard input.")

  @Argument(help: "The profile to draw.")
  var file: String

  @Option(name: [.short, .customLong("output")], help: "The picture; - is standard output. Default: FILE with .svg.")
  var output: String?

  @OptionGroup var input: InputFlags

  @Flag(help: "Tell threads apart.")
  var threads = false

  @Flag(help: "Roots at the top.")
  var icicle = false

  @Option(help: "The picture's title.")
  var title: String?

  mutating func run() throws {
    let path = output ?? (file == "-" ? "-" : Self.defaultOutput(for: file))
    let contents = try input.contents(file)
    let profile = try input.value.select(of: contents.profile, path: file)
    var options = FlameGraph.Options()
    options.isIcicle = icicle
    for view in [profile] + (contents.baseline.map { [SelectedProfile($0, profile.selection)] } ?? []) {
      try ProfileOutput.checkTree(of: view, threads: threads, path: file)
    }
    let bytes: [UInt8]
    if let baseline = contents.baseline.map({ SelectedProfile($0, profile.selection) }) {
      bytes = FlameGraph.svg(
        CallTree(before: baseline, after: profile, threads: threads),
        caption: FlameGraphCaption(before: baseline, after: profile, title: title), options: options)
    } else {
      bytes = FlameGraph.svg(
        CallTree(profile, threads: threads), caption: FlameGraphCaption(profile, title: title), options: options)
    }
    try OutputFile(path: path).write(bytes)
    if path != "-" { printError("perfprof: wrote \(path)") }
  }

  /// FILE's name with `.svg` for its extension.
  static func defaultOutput(for file: String) -> String {
    var parts = file.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    var name = parts.removeLast()
    if let dot = name.lastIndex(of: "."), dot != name.startIndex { name = String(name[..<dot]) }
    return (parts + [name + ".svg"]).joined(separator: "/")
  }
}
