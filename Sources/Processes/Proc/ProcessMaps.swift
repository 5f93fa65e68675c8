import Glibc
import ProfileModel

/// Reads what `/proc/PID/maps` says of a process's memory (proc_pid_maps(5)).
package enum ProcessMaps {
  /// The process's mappings, all or only those that may hold code, by address; empty for kernel threads and zombies.
  package static func read(pid: Int32, executableOnly: Bool = false) throws(ProcessError) -> [Mapping] {
    let bytes: [UInt8]
    do {
      bytes = try ProcFile.read("/proc/\(pid)/maps")
    } catch {
      // ESRCH comes when the process ends between open and read.
      throw error.number == ENOENT || error.number == ESRCH
        ? .noSuchProcess(pid: pid)
        : .notPermitted(pid: pid, owner: ProcessStatus.owner(of: pid), errno: error.number)
    }
    return parse(bytes, executableOnly: executableOnly)
  }

  /// The mappings in the text of a maps file; lines that are none are passed over.
  ///
  ///     55d0c8a00000-55d0c8a21000 r-xp 00001000 fe:01 1234567   /usr/bin/a name with blanks
  ///
  /// The kernel writes a line break in a path as `\012`, and nothing else in an escaped form, so that a path which
  /// really holds these four characters can't be told from it.
  package static func parse(_ text: [UInt8], executableOnly: Bool = false) -> [Mapping] {
    entries(in: text, executableOnly: executableOnly).map(\.mapping)
  }

  /// A mapping, with what `Mapping` does not tell.
  package struct Entry: Hashable, Sendable {
    /// What lies where.
    package var mapping: Mapping
    /// Whether it may be read.
    package var isReadable: Bool
    /// Whether it may be written.
    package var isWritable: Bool
  }

  /// As `parse`, with the permissions.
  static func entries(in text: [UInt8], executableOnly: Bool = false) -> [Entry] {
    text.split(separator: UInt8(ascii: "\n")).compactMap { entry($0, executableOnly: executableOnly) }
  }

  private static func entry(_ line: ArraySlice<UInt8>, executableOnly: Bool) -> Entry? {
    var fields = MapsLine(rest: line)
    guard let start = fields.hexadecimal(until: UInt8(ascii: "-")), let end = fields.hexadecimal(), start < end,
      let permissions = fields.word().map(Array.init), permissions.count >= 4, let offset = fields.hexadecimal(),
      let major = fields.hexadecimal(until: UInt8(ascii: ":")), let minor = fields.hexadecimal(),
      let inode = fields.word().flatMap({ UInt64(String(decoding: $0, as: UTF8.self)) })
    else { return nil }
    let isExecutable = permissions[2] == UInt8(ascii: "x")
    if executableOnly, !isExecutable { return nil }
    let mapping = Mapping(
      start: start, end: end, fileOffset: offset,
      device: .init(major: UInt32(truncatingIfNeeded: major), minor: UInt32(truncatingIfNeeded: minor)),
      inode: inode, path: fields.path(), isExecutable: isExecutable)
    return Entry(
      mapping: mapping, isReadable: permissions[0] == UInt8(ascii: "r"),
      isWritable: permissions[1] == UInt8(ascii: "w"))
  }
}

/// Takes a line of a maps file apart, field by field.
private struct MapsLine {
  var rest: ArraySlice<UInt8>

  mutating func word(until separator: UInt8 = UInt8(ascii: " ")) -> ArraySlice<UInt8>? {
    let field = rest.prefix { $0 != separator }
    guard !field.isEmpty else { return nil }
    rest = rest.dropFirst(field.count + 1)
    return field
  }

  mutating func hexadecimal(until separator: UInt8 = UInt8(ascii: " ")) -> UInt64? {
    guard let digits = word(until: separator), digits.count <= 16 else { return nil }
    var value: UInt64 = 0
    for digit in digits {
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(digit - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
      default: return nil
      }
    }
    return value
  }

  /// The rest of the line without the blanks before it.
  func path() -> String {
    var bytes = Array(rest.drop { $0 == UInt8(ascii: " ") })
    let escaped = Array(#"\012"#.utf8)
    if bytes.count >= escaped.count, bytes.contains(escaped[0]) {
      var plain: [UInt8] = []
      var position = 0
      while position < bytes.count {
        if bytes[position...].starts(with: escaped) {
          plain.append(UInt8(ascii: "\n"))
          position += escaped.count
        } else {
          plain.append(bytes[position])
          position += 1
        }
      }
      bytes = plain
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
