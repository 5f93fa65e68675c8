import ArgumentParser
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

      Everything else is a view of recordings. Stacks are complete or say why not.
      """,
    version: Version.text,
    subcommands: [
      RecordCommand.self, FlamegraphCommand.self, ReportCommand.self, DiffCommand.self, ConvertCommand.self,
      InfoCommand.self, NameCommand.self, ThreadsCommand.self, DoctorCommand.self,
    ])

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
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let failure as Failure {
      printError("perfprof: \(failure.sentence)")
      Glibc.exit(failure.status.rawValue)
    } catch {
      guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
      let message = "perfprof: \(message(for: error)); `perfprof --help` tells the words of each command"
      for line in message.split(separator: "\n") { printError(String(line)) }
      Glibc.exit(ExitCodes.usage.rawValue)
    }
  }

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
