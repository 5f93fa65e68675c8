import BinaryReading
import CLinuxPerf
import Glibc

/// Opens regular files by paths that somebody else chose: a target, its binary, a recording.
///
/// Opening alone can do harm: a FIFO's writer goes on, a device acts, a pseudo file's reader takes what others wait for.
/// So the place is found without opening it (O_PATH), looked at, and only then opened:
///
///     folder ── openat2, within bounds ──► place ── regular, of a real file system? ──► open by /proc/self/fd
///
/// Where openat2 (Linux 5.6) is missing or forbidden, paths are walked by parts with the same bounds.
package struct ForeignFile: Hashable, Sendable {
  /// Where a path begins, and what it does not leave.
  package enum Bounds: Hashable, Sendable {
    /// A root, as a process in a container has one: links begin there too, and `..` ends there.
    case root(String)
    /// A folder below a root; what leads out of it is refused.
    case folder(String, root: String)
    /// None: the path is one of `/proc`'s links to the very file, which nobody can choose.
    case link
  }

  /// The path within its bounds.
  package let path: String
  /// What it does not leave.
  package let bounds: Bounds

  /// A file that nothing is known of yet.
  package init(_ path: String, in bounds: Bounds = .root("")) {
    self.path = path
    self.bounds = bounds
  }

  /// The path as this process would write it.
  package var fullPath: String {
    switch bounds {
    case .link: path
    case .root(let root): root + path
    case .folder(let folder, let root): root + folder + (folder.hasSuffix("/") ? "" : "/") + path
    }
  }

  /// Opens it, when it is a regular file of a real file system.
  package func open() throws(BinaryReadingError) -> FileReader {
    let place = FileReader(path: fullPath, owning: try placed())
    let status = try place.status()
    guard status.isRegularFile, !Self.pseudo.contains(clp_file_system(place.descriptor)) else {
      throw .notRegular(path: fullPath)
    }
    // The link leads to what was looked at, whatever its path leads to by now.
    do {
      return FileReader(path: fullPath, owning: try FileReader.open("/proc/self/fd/\(place.descriptor)"))
    } catch {
      guard case .io(_, let number) = error else { throw error }
      throw .io(path: fullPath, errno: number)
    }
  }

  /// What the file system says of the place, which nothing is opened for.
  package func status() throws(BinaryReadingError) -> FileStatus {
    try FileReader(path: fullPath, owning: try placed()).status()
  }

  /// Finds the place; a descriptor that nothing was opened by.
  private func placed() throws(BinaryReadingError) -> Int32 {
    switch bounds {
    case .link: return try named(path)
    case .root(let root): return try placed(path, inRoot: root)
    case .folder(let folder, let root):
      let start = FileReader(path: folder, owning: try placed(folder, inRoot: root))
      return try find(String(path.drop { $0 == "/" }), from: start.descriptor, isRooted: false)
    }
  }

  private func placed(_ path: String, inRoot root: String) throws(BinaryReadingError) -> Int32 {
    // Relative to the current folder, as only the user names paths.
    if root.isEmpty, !path.hasPrefix("/") { return try named(path) }
    let start = FileReader(path: root, owning: try named(root.isEmpty ? "/" : root))
    return try find(path, from: start.descriptor, isRooted: true)
  }

  /// Finds a place, within the folder that is open or with that for its root.
  private func find(_ path: String, from start: Int32, isRooted: Bool) throws(BinaryReadingError) -> Int32 {
    let resolve = UInt64(CLP_RESOLVE_NO_MAGICLINKS | (isRooted ? CLP_RESOLVE_IN_ROOT : CLP_RESOLVE_BENEATH))
    var attempts = 0
    while true {
      // SAFETY: the path is a Swift string, which the bridge terminates for the call.
      let place = unsafe clp_openat2(start, path, UInt64(Self.onlyPath | O_CLOEXEC), resolve)
      if place >= 0 { return place }
      switch errno {
      // EAGAIN: something was renamed meanwhile.
      case EINTR,
        EAGAIN where attempts < 16:
        attempts += 1
      case ENOSYS, EPERM: return try walk(path, from: start, isRooted: isRooted)
      default: throw .io(path: fullPath, errno: errno)
      }
    }
  }

  /// Finds the place part by part, as openat2 would.
  func walk(_ path: String, from start: Int32, isRooted: Bool) throws(BinaryReadingError) -> Int32 {
    var folders: [Int32] = []
    defer { for folder in folders { close(folder) } }
    var rest = Array(path.split(separator: "/").reversed())
    var links = 0
    while let name = rest.popLast() {
      if name == "." { continue }
      if name == ".." {
        if let folder = folders.popLast() {
          close(folder)
        } else if !isRooted {
          throw .io(path: fullPath, errno: EXDEV)
        }
        continue
      }
      // SAFETY: the name is a Swift string, which the bridge terminates for the call.
      let next = unsafe openat(folders.last ?? start, String(name), Self.onlyPath | O_NOFOLLOW | O_CLOEXEC)
      guard next >= 0 else { throw .io(path: fullPath, errno: errno) }
      guard let target = Self.linkTarget(of: next) else {
        folders.append(next)
        continue
      }
      close(next)
      links += 1
      guard links <= 40 else { throw .io(path: fullPath, errno: ELOOP) }
      if target.hasPrefix("/") {
        guard isRooted else { throw .io(path: fullPath, errno: EXDEV) }
        for folder in folders { close(folder) }
        folders = []
      }
      rest += target.split(separator: "/").reversed()
    }
    guard let place = folders.popLast() else { throw .notRegular(path: fullPath) }
    return place
  }

  /// Where the link leads that a descriptor names; nil for what is no link.
  private static func linkTarget(of descriptor: Int32) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    // SAFETY: readlinkat writes at most so many bytes, one less than the buffer has, which stays terminated.
    let count = unsafe readlinkat(descriptor, "", &buffer, buffer.count - 1)
    return count > 0 ? String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
  }

  private func named(_ path: String) throws(BinaryReadingError) -> Int32 {
    while true {
      // SAFETY: the path is a Swift string, which the bridge terminates for the call.
      let descriptor = unsafe Glibc.open(path, Self.onlyPath | O_CLOEXEC)
      if descriptor >= 0 { return descriptor }
      guard errno == EINTR else { throw .io(path: fullPath, errno: errno) }
    }
  }

  /// O_PATH of `<asm-generic/fcntl.h>`, which Glibc's module hides.
  private static let onlyPath: Int32 = 0x20_0000

  /// File systems whose regular files are none: reading them does something, or takes something from its readers
  /// (`linux/magic.h`: proc, sysfs, debugfs, tracefs, cgroup, cgroup2, securityfs, selinuxfs, smackfs, bpf, pstore,
  /// efivarfs, configfs, binfmt_misc, mqueue, fusectl).
  private static let pseudo: Set<Int64> = [
    0x9FA0, 0x6265_6572, 0x6462_6720, 0x7472_6163, 0x27_E0EB, 0x6367_7270, 0x7363_6673, 0xF97C_FF8C, 0x4341_5D53,
    0xCAFE_4A11, 0x6165_676C, 0xDE5E_81E4, 0x6265_6570, 0x4249_4E4D, 0x1980_0202, 0x6573_5543,
  ]
}

extension TextLines {
  /// Opens a file to read its lines; nil when that fails.
  package init?(_ file: ForeignFile) {
    guard let file = try? file.open() else { return nil }
    self.init(file: file)
  }
}
