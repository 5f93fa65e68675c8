import BinaryReading
import ArgumentParser
import Glibc
import Recording
import RecordingFormat
import TextWriting
import Wording

struct NameCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "name", abstract: "Name the functions of a recording whose end is missing.",
    usage: "perfprof name FILE [OPTION…]",
    discussion: """
      perfprof looks names up when a recording ends; one that was killed leaves addresses. They get their names from \
      the files that are still there and the same, by build ID, and FILE holds them from then on. Kernel and run-time \
      code can't be named later.
      """)

  @Argument(help: "The recording, which is changed.", completion: .file(extensions: ["perfprof"]))
  var file: String

  @OptionGroup var symbols: SymbolFlags

  mutating func run() throws {
    guard file != "-" else {
      throw Failure(.usage, "name -: the names are written into the recording: name a file")
    }
    let naming: LateNaming
    do throws(RecordingError) {
      naming = try LateNaming(path: file, options: symbols.options)
    } catch { throw Self.failure(file, error) }
    for problem in naming.problems { printError("perfprof: note: \(problem.sentence)") }
    if naming.droppedBytes > 0 {
      printError("perfprof: note: \(naming.droppedBytes) bytes at its end that could not be read were left out")
    }
    if let number = naming.writeFailure { throw OutputFile.failure(file, number) }
    let modules = "\(naming.named) \(naming.named == 1 ? "module" : "modules")"
    printError(
      naming.named > 0
        ? "perfprof: \(file): named \(modules)"
        : naming.problems.isEmpty ? "perfprof: \(file): lacks no names" : "perfprof: \(file): nothing could be named")
  }

  private static func failure(_ file: String, _ error: RecordingError) -> Failure {
    guard case .io(_, let number) = error else { return ProfileInput.failure(file, error) }
    return switch number {
    case ENOENT, ENOTDIR: Failure(.noInput, "\(file): no such file: check the path")
    case EACCES, EPERM, EROFS:
      Failure(.noPermission, "\(file): you may not write to it: ask its owner, use sudo, or name a copy of it")
    default: Failure(.noInput, "\(file): can't be opened for writing (\(errorText(number))): name a recording")
    }
  }
}
