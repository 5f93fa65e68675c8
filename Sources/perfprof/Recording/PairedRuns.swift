import Glibc
import ProfileComparison
import ProfileModel
import Recording
import Sampling

/// Runs of two commands in turn, each recorded by a perfprof of its own, as if it were called by hand.
struct PairedRuns: ~Copyable {
  /// Where the recordings are.
  let folder: String
  private let isTemporary: Bool
  private let program: String
  private var files: [String] = []

  /// - Parameter keep: The folder to leave the recordings in; nil for one that goes when this does.
  init(keep: String?) throws(Failure) {
    let program = try Self.ownPath()
    if let keep {
      // SAFETY: the path is a Swift string, which the bridge terminates for the call.
      guard unsafe mkdir(keep, 0o777) == 0 || errno == EEXIST else { throw OutputFile.failure(keep, errno) }
    }
    let folder: String
    if let keep { folder = keep } else { folder = try Self.temporaryFolder() }
    self.program = program
    self.folder = folder
    isTemporary = keep == nil
  }

  deinit {
    guard isTemporary else { return }
    // SAFETY: the paths are Swift strings, which the bridge terminates for the calls.
    for file in files { _ = unsafe unlink(file) }
    // SAFETY: as above.
    _ = unsafe rmdir(folder)
  }

  /// Runs a shell's command once; its standard output goes where errors go, since this program's holds the answer.
  func run(_ command: String) throws(Failure) {
    try start(["/bin/sh", "-c", "exec 1>&2; \(command)"], command)
  }

  /// Runs it once more, recorded; returns the recording's path.
  mutating func record(_ command: String, name: String, frequency: UInt32, workSymbol: String?) throws(Failure)
    -> String
  {
    let path = "\(folder)/\(name).perfprof"
    files.append(path)
    try start(
      [
        "/bin/sh", "-c", "exec \"$0\" \"$@\" 1>&2", program, "record", "--quiet", "-F", String(frequency), "-o", path,
      ] + Self.option(workSymbol, command) + ["--", "/bin/sh", "-c", command], command)
    return path
  }

  /// The option on whose calls to count: of the program that the command names, where no file is, and not of the shell that
  /// runs it.
  private static func option(_ workSymbol: String?, _ command: String) -> [String] {
    guard let workSymbol, let symbol = WorkSymbol(workSymbol) else { return [] }
    // `NAME=value program …`
    let program = command.split(separator: " ").first { !$0.contains("=") }.map(String.init)
    let file = symbol.file ?? program
    return ["--work-symbol", (file.map { $0 + ":" } ?? "") + symbol.function]
  }

  private func start(_ words: [String], _ command: String) throws(Failure) {
    let status: Int32
    do throws(SamplingError) {
      var launcher = try CommandLauncher(command: words, given: Perfprof.given)
      try launcher.resume()
      status = launcher.waitForExit().shellStatus
    } catch { throw Failure(error) }
    guard status == 0 else {
      throw Failure(
        .unavailable, "\(command): ended with status \(status): what fails can't be compared; run it by itself first")
    }
  }

  private static func ownPath() throws(Failure) -> String {
    var bytes = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    // SAFETY: at most PATH_MAX bytes are written, which leaves the last one 0.
    let count = unsafe readlink("/proc/self/exe", &bytes, Int(PATH_MAX))
    guard count > 0 else { throw Failure(.software, "perfprof can't tell where it is: is /proc mounted?") }
    return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func temporaryFolder() throws(Failure) -> String {
    // SAFETY: getenv returns a terminated string, which is copied at once.
    let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var bytes = Array("\(parent)/perfprof-ab-XXXXXX".utf8CString)
    // SAFETY: the array is terminated, and is changed in place only.
    guard unsafe mkdtemp(&bytes) != nil else { throw OutputFile.failure(parent, errno) }
    return String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
