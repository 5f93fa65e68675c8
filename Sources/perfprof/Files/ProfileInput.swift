import BinaryReading
import Glibc
import ProfileFormats
import ProfileModel
import Recording

/// Reads a FILE argument, whatever its format.
struct ProfileInput {
  var path: String
  private var bytes: [UInt8]

  /// Reads all of `path`; `-` is standard input.
  init(path: String) throws(Failure) {
    self.path = path
    bytes = path == "-" ? try Self.readAll(STDIN_FILENO, path: path) : try Self.readFile(path)
  }

  /// The bytes, where they are a recording.
  var recording: [UInt8]? { RecordingReader.recognizes(bytes.rawSpan) ? bytes : nil }

  /// The profile in it.
  func profile() throws(Failure) -> Profile {
    try contents().profile
  }

  /// The profile in it and, for a folded file with two counts a line, the profile of the first counts.
  func contents() throws(Failure) -> (profile: Profile, baseline: Profile?) {
    do {
      switch InputFormat(content: bytes.rawSpan.extracting(first: InputFormat.headLength)) {
      case .recording: return (try RecordingReader.read(bytes, path: path), nil)
      case .folded:
        let contents = try FoldedReader.read(bytes.rawSpan)
        return (contents.profile, contents.baseline)
      case .pprof: return (try Pprof.read(bytes), nil)
      case .perfScript: return (try PerfScriptReader.read(bytes.rawSpan), nil)
      case nil:
        throw Failure(
          .badInput,
          "\(name): not a profile; perfprof reads its own recordings, folded stacks, pprof files and `perf script` text"
        )
      }
    } catch let failure as Failure {
      throw failure
    } catch let error as RecordingError {
      throw Self.failure(name, error)
    } catch {
      throw Failure(.badInput, "\(name): damaged or not what it looks like (\(error)): make it anew")
    }
  }

  private var name: String { path == "-" ? "standard input" : path }

  private static func failure(_ name: String, _ error: RecordingError) -> Failure {
    switch error {
    case .notARecording: Failure(.badInput, "\(name): not a recording of perfprof")
    case .unknownVersion(_, let version):
      Failure(
        .badInput, "\(name): a recording of version \(version), which this perfprof does not know: use a newer one")
    case .empty:
      Failure(.badInput, "\(name): a recording that was cut before its first sample: nothing can be read from it")
    case .io(_, let number): Failure(.noInput, "\(name): can't be read (\(errorText(number)))")
    }
  }

  private static func readFile(_ path: String) throws(Failure) -> [UInt8] {
    // SAFETY: the path is a Swift string, which the bridge terminates for the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, errno) }
    defer { close(descriptor) }
    return try readAll(descriptor, path: path)
  }

  private static func failure(_ path: String, _ number: Int32) -> Failure {
    switch number {
    case ENOENT, ENOTDIR: Failure(.noInput, "\(path): no such file: check the path")
    case EACCES, EPERM: Failure(.noPermission, "\(path): you may not read it: ask its owner, or use sudo")
    default: Failure(.noInput, "\(path): can't be read (\(errorText(number))): name a profile")
    }
  }

  private static func readAll(_ descriptor: Int32, path: String) throws(Failure) -> [UInt8] {
    var status = stat()
    // SAFETY: writes `status` only.
    _ = unsafe fstat(descriptor, &status)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(max(1 << 16, Int(clamping: status.st_size) + 1))
    var failure: Int32 = 0
    var isAtEnd = false
    while !isAtEnd {
      // SAFETY: read writes at most the chunk's capacity, and `filled` is what it wrote.
      bytes += unsafe [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, filled in
        let count = unsafe read(descriptor, buffer.baseAddress, buffer.count)
        if count < 0, errno == EINTR { return }
        if count < 0 { failure = errno }
        isAtEnd = count <= 0
        filled = max(0, count)
      }
    }
    guard failure == 0 else { throw Self.failure(path, failure) }
    return bytes
  }
}
