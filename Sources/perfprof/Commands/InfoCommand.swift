import ArgumentParser
import Glibc
import ProfileModel
import Reports

struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Say how a profile came about, and how far to trust it.",
    usage: "perfprof info FILE [--json] [OPTION…]")

  @Argument(help: "The profile; - is standard input.", completion: .file())
  var file: String

  @OptionGroup var value: ValueFlag
  @OptionGroup var processNames: ProcessNamesFlag

  @Flag(help: "As JSON.")
  var json = false

  mutating func run() throws {
    let profile = try ProfileInput(path: file).contents(processNames: processNames.processNames).profile
    let info = ProfileInfo(try value.select(of: profile, path: file))
    try OutputFile(path: "-").write(
      json ? info.json() : Array(info.text(columns: Terminal.columns(of: STDOUT_FILENO)).utf8))
  }
}
