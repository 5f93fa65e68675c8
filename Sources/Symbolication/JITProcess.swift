import Glibc

/// Where a process leaves symbols of the code that it makes at run time, and whose such files must be.
///
/// To be made while the process lives; the files may be read after its end.
public struct JITProcess: Hashable, Sendable {
  /// The process's number here.
  public var pid: Int32
  /// Its number in its own namespace, by which it names its files.
  public var namespacePID: Int32
  /// Its effective user, who must own the files: others could put names of their choice into `/tmp`.
  public var user: UInt32
  /// Whether it sees the same file systems as this process, so that its paths hold after its end.
  public var sharesFileSystems: Bool

  /// A process whose facts are known.
  public init(pid: Int32, namespacePID: Int32, user: UInt32, sharesFileSystems: Bool) {
    self.pid = pid
    self.namespacePID = namespacePID
    self.user = user
    self.sharesFileSystems = sharesFileSystems
  }

  /// Looks a living process up; nil when it is gone.
  public init?(pid: Int32, procFolder: String = "/proc") {
    guard let lines = TextLines(path: "\(procFolder)/\(pid)/status") else { return nil }
    var (user, namespacePID): (UInt32?, Int32?) = (nil, nil)
    lines.forEach { line in
      let words = line.text(at: 0).split(whereSeparator: { $0 == "\t" || $0 == " " })
      switch words.first {
      case "Uid:" where words.count > 2: user = UInt32(words[2])
      case "NSpid:": namespacePID = words.last.flatMap { Int32($0) }
      default: break
      }
    }
    guard let user else { return nil }
    let own = Self.link(procFolder + "/self/ns/mnt")
    let isSame = own != nil && Self.link("\(procFolder)/\(pid)/ns/mnt") == own
    self.init(pid: pid, namespacePID: namespacePID ?? pid, user: user, sharesFileSystems: isSame)
  }

  /// The places to look for a file that the process knows by `path`.
  public func places(of path: String) -> [String] {
    ["/proc/\(pid)/root\(path)"] + (sharesFileSystems ? [path] : [])
  }

  /// Whether a mapped file's path is that of a jitdump, which writers map so that profilers see it.
  public static func isDump(path: String) -> Bool {
    let name = path.lastComponent
    return name.hasPrefix("jit-") && name.hasSuffix(".dump")
  }

  private static func link(_ path: String) -> String? {
    // SAFETY: readlink writes at most the buffer's 256 bytes and tells how many.
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      guard let base = buffer.baseAddress else { return nil }
      let count = unsafe readlink(path, base, 256)
      guard count > 0 else { return nil }
      return unsafe String(decoding: UnsafeRawBufferPointer(start: base, count: count), as: UTF8.self)
    }
  }
}
