import ArgumentParser
import FlameGraphs
import ProfileComparison
import ProfileFormats
import ProfileModel

struct FlamegraphCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flamegraph", abstract: "Draw a flame graph: one self-contained SVG or HTML file.",
    usage: "perfprof flamegraph FILE [-o OUT.svg|OUT.html] [OPTION…]",
    discussion:
      "FILE is a recording, folded stacks, a pprof or speedscope file or `perf script` text; - is standard input.")

  @Argument(help: "The profile to draw.", completion: .file())
  var file: String

  @Option(
    name: [.short, .customLong("output")],
    help: ArgumentHelp(
      "The picture, .svg or .html; - is standard output, an SVG. Default: FILE with .svg.", valueName: "OUT"),
    completion: .file())
  var output: String?

  @OptionGroup var input: InputFlags

  @Flag(help: "Tell threads apart.")
  var threads = false

  @Flag(help: "Roots at the top.")
  var icicle = false

  @Option(help: "The picture's title.")
  var title: String?

  @Flag(help: "Leave the command line out of the picture.")
  var noCommand = false

  mutating func run() throws {
    let path = output ?? (file == "-" ? "-" : Self.defaultOutput(for: file))
    let isPage = try Self.isPage(path)
    let contents = try input.contents(file)
    if isPage, contents.baseline == nil { return try writePage(contents.profile, to: path) }
    let profile = try ProfileOutput.turned(input.selected(of: contents.profile, path: file), path: file)
    var baseline: SelectedProfile?
    if let before = contents.baseline {
      baseline = try ProfileOutput.turned(input.selected(of: before, path: file), path: file)
      baseline?.selection.value = profile.selection.value
    }
    var options = FlameGraph.Options()
    options.isIcicle = icicle
    for view in [profile, baseline].compactMap(\.self) {
      try ProfileOutput.checkTree(of: view, threads: threads, path: file)
    }
    let tree: CallTree
    var caption: FlameGraphCaption
    if let baseline {
      let aligned = AlignedInlines(before: baseline, after: profile)
      tree = CallTree(before: aligned.before, after: aligned.after, threads: threads)
      caption = FlameGraphCaption(before: baseline, after: profile, title: title)
    } else {
      tree = CallTree(profile, threads: threads)
      caption = FlameGraphCaption(profile, title: title)
    }
    if noCommand { caption.command = "" }
    try OutputFile(path: path).write(
      isPage
        ? FlameGraph.html(tree, caption: caption, options: options)
        : FlameGraph.svg(tree, caption: caption, options: options))
    if path != "-" { printError("perfprof: wrote \(path)") }
  }

  private func writePage(_ profile: Profile, to path: String) throws(Failure) {
    let selected = try input.selected(of: profile, path: file)
    try ProfileOutput.checkTree(of: selected, threads: false, path: file)
    var caption = FlameGraphCaption(selected, title: title)
    if noCommand { caption.command = "" }
    let page = ProfilePage(selected, caption: caption)
    try OutputFile(path: path).write(page.html())
    if path != "-" { printError("perfprof: wrote \(path)") }
  }

  /// Whether `path` asks for a page instead of a picture, by its extension; a path without one gets a picture.
  private static func isPage(_ path: String) throws(Failure) -> Bool {
    switch ProfileFormat(extensionOf: path) {
    case .svg: return false
    case .html: return true
    case let other?:
      throw Failure(.usage, "-o \(path): flamegraph writes .svg and .html: use `perfprof convert` for \(other.name)")
    case nil:
      let name = path.split(separator: "/").last ?? ""
      guard path != "-", !OutputFile.isSpecial(path), let dot = name.lastIndex(of: "."), dot != name.startIndex else {
        return false
      }
      throw Failure(.usage, "-o \(path): flamegraph writes .svg and .html, not \(name[dot...]): use one of them")
    }
  }

  /// FILE's name with `.svg`, or another extension, for its own.
  static func defaultOutput(for file: String, extension ending: String = "svg") -> String {
    var parts = file.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    var name = parts.removeLast()
    if let dot = name.lastIndex(of: "."), dot != name.startIndex { name = String(name[..<dot]) }
    return (parts + [name + "." + ending]).joined(separator: "/")
  }
}
