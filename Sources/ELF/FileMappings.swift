import Glibc
import ProfileModel

/// What maps files at the moment in a process, as far as finding an image needs it (proc_pid_maps(5)).
struct FileMappings {
  /// A mapping, with what `Mapping` does not tell.
  struct Part {
    var mapping: Mapping
    var isReadable: Bool
    var isWritable: Bool
  }

  private let parts: [Part]

  /// Reads a process's maps; nil when it is gone or not ours to see.
  init?(pid: Int32, procFolder: String) {
    guard let text = Self.stream("\(procFolder)/\(pid)/maps") else { return nil }
    parts = text.split(separator: UInt8(ascii: "\n")).compactMap(Self.part)
  }

  /// Whether `mapping`, which was told of earlier, is what lies at its start now.
  func holds(_ mapping: Mapping) -> Bool { part(of: mapping) != nil }

  /// All mappings of the file that `mapping` maps, as long as that is what lies at its start.
  func parts(of mapping: Mapping) -> [Part] {
    guard let known = part(of: mapping)?.mapping else { return [] }
    return parts.filter { $0.mapping.inode == known.inode && $0.mapping.device == known.device }
  }

  private func part(of mapping: Mapping) -> Part? {
    parts.first { part in
      let now = part.mapping
      // A record with a build ID tells no inode.
      let isSameFile = mapping.inode == 0 || (now.inode == mapping.inode && now.device == mapping.device)
      return now.contains(mapping.start) && isSameFile && now.inode != 0 && now.filePath == mapping.filePath
        && now.fileOffset &+ (mapping.start &- now.start) == mapping.fileOffset
    }
  }

  private static func part(_ line: ArraySlice<UInt8>) -> Part? {
    let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5).map { String(decoding: $0, as: UTF8.self) }
    guard fields.count == 6, let inode = UInt64(fields[4]), let offset = UInt64(fields[2], radix: 16) else {
      return nil
    }
    let range = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
    let device = fields[3].split(separator: ":").compactMap { UInt32($0, radix: 16) }
    guard range.count == 2, range[0] < range[1], device.count == 2 else { return nil }
    let mapping = Mapping(
      start: range[0], end: range[1], fileOffset: offset, device: .init(major: device[0], minor: device[1]),
      inode: inode, path: String(fields[5].drop { $0 == " " }), isExecutable: fields[1].contains("x"))
    return Part(mapping: mapping, isReadable: fields[1].hasPrefix("r"), isWritable: fields[1].contains("w"))
  }

  /// All bytes of a file that has no size, as those in `/proc`.
  private static func stream(_ path: String) -> [UInt8]? {
    // SAFETY: the path is a Swift string, which the bridge terminates for the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    while bytes.count < 64 << 20 {
      var got = 0
      // SAFETY: the kernel writes at most the buffer's length, and says how much it was.
      bytes += unsafe [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, filled in
        got = unsafe read(descriptor, buffer.baseAddress, buffer.count)
        filled = max(0, got)
      }
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { return got == 0 ? bytes : nil }
    }
    return nil
  }
}
