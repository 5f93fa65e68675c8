import ArgumentParser
import Glibc

/// The command line: words in, exit status out.
@main
struct Perfprof: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "perfprof",
    abstract: "A sampling CPU profiler: from a running process to a flame graph you can trust.",
    discussion: """
      perfprof record -p PID          attach, sample, write the recording and the flame graph
      perfprof record -- CMD ARG…     start a program and profile it

      Everything else is a view of recordings. Stacks are complete or say why not.
      """,
    version: Version.text,
    subcommands: [
      RecordCommand.self, FlamegraphCommand.self, ReportCommand.self, DiffCommand.self, ConvertCommand.self,
      InfoCommand.self,
      DoctorCommand.self,

    ])

  static func main() {
    // A reader that goes away, as `head` does, must show as a failed write.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let failure as Failure {
      printError("perfprof: \(failure.sentence)")
      Glibc.exit(failure.status.rawValue)
    } catch {
      guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
      printError("perfprof: \(message(for: error)); `perfprof --help` tells the words of each command")
      Glibc.exit(ExitCodes.usage.rawValue)
    }
  }
}

/// The program's version.
enum Version {
  static let text = "0.1.0"
}
