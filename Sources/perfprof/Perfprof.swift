import ArgumentParser
import BinaryReading
import CLinuxPerf
import Glibc
import Sampling

/// The command line: words in, exit status out.
@main
struct Perfprof: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "perfprof",
    abstract: "A sampling CPU profiler: from a running process to a flame graph you can trust.",
    discussion: """
      perfprof record -p PID          attach, sample, write the recording and the flame graph
      perfprof record -- CMD ARG…     start a program and profile it
      perfprof report FILE            which functions take the time

      Everything else is a view of recordings. Stacks are complete or say why not.
      """,
    version: Version.text,
    subcommands: commands)

  /// What perfprof was given, and gives to a program that it starts.
  static let given = ProcessInheritance.current()

  static func main() {
    // First of all: what is changed below is for perfprof alone.
    let given = given
    // A reader that goes away, as `head` does, must show as a failed write, and so must a limit of files' size.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    // Ignored, it would keep children from telling how they ended.
    if given.ignores(SIGCHLD) { signal(SIGCHLD, SIG_DFL) }
    occupyClosedStreams()
    var words = Array(CommandLine.arguments.dropFirst())
    do {
      if let failure = CommandSuggestion.failure(for: words, commands: commands.map(name(of:))) { throw failure }
      if words.first == name(of: RecordCommand.self) {
        let understood = RecordWords(Array(words.dropFirst()))
        words = [words[0]] + understood.words
        if let program = understood.program, CommandSuggestion.isProcessNumber(program) {
          throw Failure(.usage, "record \(program): to attach to that process, use `perfprof record -p \(program)`")
        }
        if let program = understood.program, let option = understood.strayOptions.first {
          printError("perfprof: \(option) stands behind \(program) and goes to it: options of record stand before it")
        }
      }
      var command = try parseAsRoot(DiffCommand.words(words))
      // What a file's capabilities allow is meant for looking at processes, not at files: the way to others' files leads
      // through /proc.
      let looksAtProcesses =
        command is RecordCommand || command is TopCommand || command is AbCommand || command is DoctorCommand
      if !looksAtProcesses, clp_drop_capabilities() != 0 {
        throw Failure(.software, "capabilities can't be given up (\(errorText(errno))): run perfprof without them")
      }
      try command.run()
    } catch let failure as Failure {
      printError("perfprof: \(failure.sentence)")
      Glibc.exit(failure.status.rawValue)
    } catch {
      guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
      for line in "perfprof: \(message(for: error))".split(separator: "\n") { printError(String(line)) }
      printUsage(of: words.first)
      Glibc.exit(ExitCodes.usage.rawValue)
    }
  }

  /// Shows how a command is written, and where more is said of it; of perfprof itself where there is no such command.
  private static func printUsage(of name: String?) {
    let command = commands.first { self.name(of: $0) == name }
    let usage = command.map { usageString(for: $0) } ?? usageString()
    for line in "usage: \(usage)".split(separator: "\n") { printError(String(line)) }
    printError("`perfprof \(command.map { self.name(of: $0) + " " } ?? "")--help` explains each option")
  }

  private static func name(of command: any ParsableCommand.Type) -> String { command.configuration.commandName ?? "" }

  private static let commands: [any ParsableCommand.Type] = [
    RecordCommand.self, ViewCommand.self, FlamegraphCommand.self, ReportCommand.self, DiffCommand.self, AbCommand.self,
    ConvertCommand.self, InfoCommand.self, NameCommand.self, TopCommand.self,
    ThreadsCommand.self, DoctorCommand.self,
  ]

  /// Opens nothing in place of standard streams that were closed, lest a file of perfprof's own be taken for one.
  ///
  /// A program that is started finds them closed as before.
  private static func occupyClosedStreams() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      // SAFETY: the path is a literal. The lowest free number is taken, which is this one.
      _ = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
    }
  }
}

/// The program's version.
enum Version {
  static let text = "0.1.0"
}
