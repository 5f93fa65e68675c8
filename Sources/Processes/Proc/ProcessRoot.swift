import Glibc

/// The root of the file systems that a process sees, where they are not ours, as in containers and below `chroot`.
///
/// It is held open, so that its files can be read after the process's end.
package final class ProcessRoot: Sendable {
  private let descriptor: Int32
  /// Keeps the mount namespace, whose mounts below the root would go with its last process.
  private let namespace: Int32

  /// To be put before the absolute paths of the process.
  package var path: String { "/proc/self/fd/\(descriptor)" }

  /// Tells roots apart: mount namespace, device and inode.
  package struct Identity: Hashable, Sendable {
    private var namespace: UInt64
    private var device: UInt64
    private var inode: UInt64

    /// The root of a living process; nil when it is gone or of another user.
    package init?(pid: Int32, procFolder: String = "/proc") {
      self.init(folder: "\(procFolder)/\(pid)")
    }

    /// Our own.
    package static var own: Identity? { Identity(folder: "/proc/self") }

    private init?(folder: String) {
      guard let root = Self.status(folder + "/root/."), let namespace = Self.status(folder + "/ns/mnt") else {
        return nil
      }
      (device, inode, self.namespace) = (UInt64(root.st_dev), UInt64(root.st_ino), UInt64(namespace.st_ino))
    }

    private static func status(_ path: String) -> stat? {
      var status = stat()
      // SAFETY: `status` is written only during the call.
      return unsafe stat(path, &status) == 0 ? status : nil
    }
  }

  /// O_PATH of `<asm-generic/fcntl.h>`, which Glibc's module hides: names a place without opening what is there.
  private static let onlyPath: Int32 = 0x20_0000

  /// Opens the root of a living process; nil when it is gone or of another user.
  package init?(pid: Int32, procFolder: String = "/proc") {
    // SAFETY: the paths are Swift strings, which the bridge terminates for the calls.
    namespace = unsafe open("\(procFolder)/\(pid)/ns/mnt", O_RDONLY | O_CLOEXEC)
    descriptor = unsafe open("\(procFolder)/\(pid)/root", Self.onlyPath | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if namespace >= 0 { close(namespace) }
  }
}
