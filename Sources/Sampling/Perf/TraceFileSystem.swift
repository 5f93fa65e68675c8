import Glibc
import Processes

/// Where the kernel tells the numbers of its tracepoints (Documentation/trace/events.rst); it is only read, and never
/// mounted from here.
struct TraceFileSystem: Sendable {
  /// Where it may be mounted.
  static let folders = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"]
  /// Folders that may be its `events`.
  var roots = folders.map { $0 + "/events" }

  /// Whether a text can be the name of a tracepoint or a subsystem, and so of a folder.
  static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 128
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }

  /// The number of a tracepoint, `perf_event_attr.config`; both names are such.
  func number(of subsystem: String, _ name: String) throws(EventNameError) -> UInt64 {
    let full = "\(subsystem):\(name)"
    var closed: (path: String, errno: Int32)?
    for root in roots {
      let failure: Int32
      do throws(SystemCallError) {
        let bytes = try ProcFile.read("\(root)/\(subsystem)/\(name)/id", limit: 32)
        let text = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        if let number = UInt64(text) { return number }
        failure = EINVAL
      } catch { failure = error.number }
      if failure == EACCES || failure == EPERM {
        closed = (root, failure)
      } else if let names = try? Self.folders(root) {
        let inside = (try? Self.folders("\(root)/\(subsystem)")) ?? []
        let similar =
          inside.isEmpty
          ? SimilarNames.best(for: subsystem, among: names).map { "\($0):…" }
          : SimilarNames.best(for: name, among: inside).map { "\(subsystem):\($0)" }
        throw .noTracepoint(name: full, similar: similar)
      }
    }
    if let closed { throw .traceFileSystemClosed(name: full, path: closed.path, errno: closed.errno) }
    throw .noTraceFileSystem(name: full)
  }

  /// How many there are; nil where they can't be read.
  var count: Int? {
    for root in roots {
      guard let subsystems = try? Self.folders(root), !subsystems.isEmpty else { continue }
      return subsystems.reduce(0) { $0 + ((try? Self.folders("\(root)/\($1)"))?.count ?? 0) }
    }
    return nil
  }

  /// The folders in a folder, sorted.
  private static func folders(_ path: String) throws(SystemCallError) -> [String] {
    // SAFETY: the path is a Swift string, which the bridge terminates for the call.
    guard let folder = unsafe opendir(path) else { throw SystemCallError(number: errno) }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    // SAFETY: the entry is valid until the next call, and its name is terminated; both are read before.
    while let entry = unsafe readdir(folder) {
      guard unsafe Int32(entry.pointee.d_type) == Int32(DT_DIR) else { continue }
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }
}
