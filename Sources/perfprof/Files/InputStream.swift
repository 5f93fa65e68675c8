import BinaryReading
import Glibc

/// The bytes of a file or of standard input, piece by piece.
struct InputStream: ~Copyable {
  /// Bytes in the file; 0 where that is not known.
  let size: Int
  private let path: String
  private let descriptor: Int32

  private static let pieceBytes = 1 << 20

  /// Opens `path`; `-` is standard input.
  init(path: String) throws(Failure) {
    self.path = path
    // SAFETY: the path is a Swift string, which the bridge terminates for the call.
    descriptor = unsafe path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
    let failure = errno
    var status = stat()
    // SAFETY: writes `status` only.
    let isKnown = unsafe fstat(descriptor, &status) == 0
    size = isKnown ? Int(clamping: status.st_size) : 0
    guard descriptor >= 0 else { throw Self.failure(path, failure) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The next piece; nil at the end.
  mutating func next() throws(Failure) -> [UInt8]? {
    while true {
      var failure: Int32 = 0
      // SAFETY: read writes at most the piece's capacity, and `filled` is what it wrote.
      let piece = unsafe [UInt8](unsafeUninitializedCapacity: Self.pieceBytes) { buffer, filled in
        let count = unsafe read(descriptor, buffer.baseAddress, buffer.count)
        if count < 0 { failure = errno }
        filled = max(0, count)
      }
      if failure == EINTR { continue }
      guard failure == 0 else { throw Self.failure(path, failure) }
      return piece.isEmpty ? nil : piece
    }
  }

  private static func failure(_ path: String, _ number: Int32) -> Failure {
    let name = path == "-" ? "standard input" : path
    return switch number {
    case ENOENT, ENOTDIR: Failure(.noInput, "\(name): no such file: check the path")
    case EACCES, EPERM: Failure(.noPermission, "\(name): you may not read it: ask its owner, or use sudo")
    case EISDIR: Failure(.noInput, "\(name): a folder: name a profile in it")
    default: Failure(.noInput, "\(name): can't be read (\(errorText(number))): name a profile")
    }
  }
}
