import Glibc

/// An open file that is read by position; closes its descriptor when it goes.
///
/// Files are read, never mapped: a mapped file that somebody truncates kills its reader with SIGBUS.
public struct FileReader: ~Copyable, Sendable {
  /// The path that it was opened by, for messages.
  public let path: String
  /// The open descriptor; owned by this value.
  public let descriptor: Int32

  /// Opens `path` for reading.
  public init(path: String) throws(BinaryReadingError) {
    self = FileReader(path: path, owning: try Self.open(path))
  }

  /// Takes over an open descriptor.
  public init(path: String, owning descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// What `fstat` says of the file.
  public func status() throws(BinaryReadingError) -> FileStatus {
    var status = stat()
    // SAFETY: `status` is written only during the call.
    guard unsafe fstat(descriptor, &status) == 0 else { throw .io(path: path, errno: errno) }
    return FileStatus(
      size: UInt64(clamping: status.st_size), device: UInt64(status.st_dev), inode: UInt64(status.st_ino),
      isRegularFile: status.st_mode & S_IFMT == S_IFREG, allocated: UInt64(clamping: status.st_blocks) &* 512,
      modified: Self.nanoseconds(status.st_mtim), changed: Self.nanoseconds(status.st_ctim),
      links: UInt64(clamping: status.st_nlink), owner: status.st_uid)
  }

  private static func nanoseconds(_ time: timespec) -> UInt64 {
    UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
  }

  /// Reads exactly `count` bytes at `offset`; fewer are an error.
  ///
  /// A `count` of more than a few pages is compared with the file's size before memory is taken, so a hostile length costs
  /// nothing.
  public func read(at offset: UInt64, count: UInt64) throws(BinaryReadingError) -> [UInt8] {
    if count > Self.uncheckedCount { try check(offset, count) }
    guard let wanted = Int(exactly: count), let start = off_t(exactly: offset) else {
      throw .truncated(offset: Int(clamping: offset), count: Int(clamping: count), available: 0)
    }
    var failure: BinaryReadingError?
    // SAFETY: `filled` counts what pread has written, as the initializer demands.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
      while filled < wanted {
        // SAFETY: `filled < wanted`, the buffer's capacity; pread writes at most the rest of it.
        let got = unsafe pread(
          descriptor, buffer.baseAddress?.advanced(by: filled), wanted - filled, start + off_t(filled))
        if got < 0, errno == EINTR { continue }
        guard got > 0 else {
          failure =
            got < 0
            ? .io(path: path, errno: errno)
            : .truncated(offset: Int(start) + filled, count: wanted - filled, available: 0)
          return
        }
        filled += got
      }
    }
    if let failure {
      try check(offset, count)
      throw failure
    }
    return bytes
  }

  /// Bytes that are asked for without a look at the file's size.
  private static let uncheckedCount: UInt64 = 1 << 15

  /// Refuses what lies beyond the file's end.
  private func check(_ offset: UInt64, _ count: UInt64) throws(BinaryReadingError) {
    let size = try status().size
    guard offset > size || count > size - offset else { return }
    throw .truncated(
      offset: Int(clamping: offset), count: Int(clamping: count), available: Int(clamping: size - min(size, offset)))
  }

  /// Opens `path` for reading; a descriptor that the caller owns.
  package static func open(_ path: String) throws(BinaryReadingError) -> Int32 {
    while true {
      // SAFETY: the path is a Swift string, which the bridge terminates for the call.
      let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
      if descriptor >= 0 { return descriptor }
      guard errno == EINTR else { throw .io(path: path, errno: errno) }
    }
  }
}

/// The part of `struct stat` that tells files apart.
public struct FileStatus: Hashable, Sendable {
  /// Bytes in the file.
  public var size: UInt64
  /// Device number, as `st_dev` has it.
  public var device: UInt64
  /// Inode number.
  public var inode: UInt64
  /// False for folders, devices, pipes and sockets.
  public var isRegularFile: Bool
  /// Bytes that the file takes on disk: fewer than `size` where it has holes or is compressed; 0 where nobody tells.
  public var allocated: UInt64
  /// When its contents were last written, by its own account, in nanoseconds since 1970 (`st_mtim`).
  public var modified: UInt64
  /// When the file itself was last changed, which nobody can set back, in nanoseconds since 1970 (`st_ctim`).
  public var changed: UInt64
  /// Names that it has.
  public var links: UInt64
  /// Number of the user whose it is.
  public var owner: UInt32
}
