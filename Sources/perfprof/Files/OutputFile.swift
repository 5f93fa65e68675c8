import BinaryReading
import Glibc

/// An output under way: written beside its place and moved there when it is whole, so that nothing half-written
/// replaces anything. Only its user may read it; under sudo it belongs to who called.
struct OutputFile: ~Copyable {
  /// Where it will be.
  let path: String
  private let temporary: String?
  private var descriptor: Int32

  /// Opens a place for `path`, or `path` itself where it is a device or a pipe; `-` is standard output.
  init(path: String) throws(Failure) {
    self.path = path
    if path == "-" {
      temporary = nil
      descriptor = dup(STDOUT_FILENO)
    } else if Self.isSpecial(path) {
      temporary = nil
      // SAFETY: the path is a Swift string, which the bridge terminates for the call.
      descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
    } else {
      let name = Self.temporaryPath(for: path)
      temporary = name
      descriptor = Self.create(name)
    }
    guard descriptor >= 0 else { throw Self.failure(path, errno) }
  }

  deinit {
    if descriptor >= 0 {
      close(descriptor)
      // SAFETY: the path is a Swift string, which the bridge terminates for the call.
      if let temporary { unsafe unlink(temporary) }
    }
  }

  /// Writes everything and puts the file in its place.
  consuming func write(_ bytes: [UInt8]) throws(Failure) {
    let path = path
    var done = 0
    while done < bytes.count {
      // SAFETY: `done` is below the array's count, and at most the rest is read.
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Self.failure(path, count < 0 ? errno : ENOSPC) }
      done += count
    }
    if let temporary {
      // SAFETY: both paths are Swift strings, which the bridge terminates for the call.
      guard unsafe rename(temporary, path) == 0 else { throw Self.failure(path, errno) }
    }
    close(descriptor)
    descriptor = -1
  }

  /// Creates a file that was not there, for its user alone; the descriptor, or -1 with errno set.
  static func create(_ path: String) -> Int32 {
    // SAFETY: the path is a Swift string, which the bridge terminates for the call.
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if descriptor >= 0 { giveToCaller(descriptor) }
    return descriptor
  }

  /// Under sudo, makes the file belong to who called it.
  static func giveToCaller(_ descriptor: Int32) {
    guard geteuid() == 0, let user = environmentNumber("SUDO_UID"), let group = environmentNumber("SUDO_GID") else {
      return
    }
    _ = fchown(descriptor, user, group)
  }

  static func failure(_ path: String, _ number: Int32) -> Failure {
    let place = path == "-" ? "standard output" : path
    let advice =
      switch number {
      case ENOSPC, EDQUOT: "free some space, or name another place with -o"
      case EACCES, EPERM, EROFS: "name a folder that you may write to with -o"
      case ENOENT: "make the folder first"
      case EISDIR: "name a file in it"
      default: "name another place with -o"
      }
    return Failure(.cantCreate, "can't write \(place) (\(errorText(number))): \(advice)")
  }

  /// A name beside `path` that nobody else uses, or can foresee.
  static func temporaryPath(for path: String) -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let folder = parts.dropLast().map { $0 + "/" }.joined()
    return "\(folder).\(parts.last ?? "").\(getpid())-\(String(UInt64.random(in: 0 ... .max), radix: 36)).partial"
  }

  /// Whether there is something that is no plain file: a device, a pipe, a folder.
  static func isSpecial(_ path: String) -> Bool {
    var status = stat()
    // SAFETY: the path is terminated by the bridge; `status` is written only.
    guard unsafe stat(path, &status) == 0 else { return false }
    return status.st_mode & S_IFMT != S_IFREG
  }

  private static func environmentNumber(_ name: String) -> UInt32? {
    // SAFETY: getenv returns a terminated string, which is copied before anything can change the environment.
    unsafe getenv(name).flatMap { UInt32(unsafe String(cString: $0)) }
  }
}
