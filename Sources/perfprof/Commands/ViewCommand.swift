import ArgumentParser
import Disassembly
import ProfileFormats
import ProfileModel
import Recording
import Wording

struct ViewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "view", abstract: "Write the page with all views beside a profile, and open it.",
    usage: "perfprof view FILE [-o OUT.html] [--sources] [--instructions] [OPTION…]",
    discussion: """
      Flame graph, tree, table of functions, callers and callees, time, and source lines of one selection, in one file \
      that needs no network. FILE is a recording, folded stacks, a pprof or speedscope file or `perf script` text; - is \
      standard input.
      """)

  @Argument(help: "The profile.", completion: .file())
  var file: String

  @Option(
    name: [.short, .customLong("output")],
    help: ArgumentHelp("The page; - is standard output. Default: FILE with .html, overwritten.", valueName: "OUT"),
    completion: .file())
  var output: String?

  @OptionGroup var input: InputFlags

  @Flag(help: "Put the text of the source files into it that the functions with the most samples come from.")
  var sources = false

  @Flag(
    help: """
      Put the instructions into it of the functions with the most samples, beside their source lines, from the files that \
      are still what was recorded.
      """)
  var instructions = false

  @Flag(help: "Leave the command line out of the page.")
  var noCommand = false

  @Flag(help: "Only write it.")
  var noOpen = false

  mutating func validate() throws {
    if file == "-", output == nil { throw ValidationError("-: standard input has no name: name the page with -o") }
  }

  mutating func run() throws {
    let selected = try input.selected(file)
    let path = output ?? FlamegraphCommand.defaultOutput(for: file, extension: "html")
    let listing = instructions ? try Self.listing(of: selected) : nil
    try Self.show(
      selected, at: path, sources: sources, instructions: listing, showsCommand: !noCommand, opens: !noOpen)
  }

  /// Writes the page of what is selected, and opens it.
  static func show(
    _ selected: SelectedProfile, at path: String, sources: Bool, instructions: InstructionListing? = nil,
    showsCommand: Bool, opens: Bool
  ) throws(Failure) {
    var target = try ProfileOutput(path: path, formatName: "html")
    target.showsCommand = showsCommand
    if sources { target.sources = SourceTexts.read(for: selected) }
    target.instructions = instructions
    try target.write(selected)
    guard path != "-" else { return }
    let isOpen = opens && Browser.open(path)
    printError("perfprof: wrote \(path)" + (isOpen || !opens ? "" : "; open it in a browser"))
  }

  /// The instructions for a page; what can't be had is said.
  private static func listing(of selected: SelectedProfile) throws(Failure) -> InstructionListing {
    let listing: InstructionListing
    do throws(Disassembler.Problem) {
      listing = try InstructionReading(selected, options: SymbolizationOptions()).listing()
    } catch {
      switch error {
      case .noLibrary:
        throw Failure(.unavailable, "--instructions: Capstone's library is missing: install libcapstone4 (Debian)")
      case .notSupported(let architecture):
        throw Failure(.unavailable, "--instructions: Capstone does not know \(architecture.name): leave it out")
      }
    }
    for (module, problem) in listing.problems {
      let module = selected.profile.modules[module.index]
      let note = ProfileNote.module(path: module.path, buildID: module.buildID, problem)
      printError("perfprof: note: no instructions: \(note.sentence)")
    }
    return listing
  }
}
