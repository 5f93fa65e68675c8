import Glibc
import Processes

/// Where a process leaves symbols of the code that it makes at run time, and whose such files must be.
///
/// To be made while the process lives; the files may be read after its end.
package struct JITProcess: Hashable, Sendable {
  /// The process's number here.
  package var pid: Int32
  /// Its number in its own namespace, by which it names its files.
  package var namespacePID: Int32
  /// Its effective user, who must own the files: others could put names of their choice into `/tmp`.
  package var user: UInt32
  /// Whether it sees the same file systems as this process, so that its paths hold after its end.
  package var sharesFileSystems: Bool
  /// Where its file systems can be reached even after its end (`ProcessRoot.path`), where they are not ours.
  package var rootFolder: String?

  /// A process whose facts are known.
  package init(pid: Int32, namespacePID: Int32, user: UInt32, sharesFileSystems: Bool) {
    self.pid = pid
    self.namespacePID = namespacePID
    self.user = user
    self.sharesFileSystems = sharesFileSystems
  }

  /// Looks a living process up; nil when it is gone.
  package init?(pid: Int32, procFolder: String = "/proc") {
    guard let fields = StatusFields(path: "\(procFolder)/\(pid)/status"),
      // The effective one is the second of four.
      let user = fields["Uid"].dropFirst().first.flatMap({ UInt32($0) })
    else { return nil }
    let namespacePID = fields["NSpid"].last.flatMap { Int32($0) }
    let root = ProcessRoot.Identity(pid: pid, procFolder: procFolder)
    let isSame = root != nil && root == ProcessRoot.Identity.own
    self.init(pid: pid, namespacePID: namespacePID ?? pid, user: user, sharesFileSystems: isSame)
  }

  /// The places to look for a file that the process knows by `path`.
  package func places(of path: String) -> [ForeignFile] {
    [ForeignFile(path, in: .root(rootFolder ?? "/proc/\(pid)/root"))] + (sharesFileSystems ? [ForeignFile(path)] : [])
  }

  /// Whether a mapped file's path is that of a jitdump, which writers map so that profilers see it.
  package static func isDump(path: String) -> Bool {
    let name = path.lastComponent
    return name.hasPrefix("jit-") && name.hasSuffix(".dump")
  }
}
