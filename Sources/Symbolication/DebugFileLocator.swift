import BinaryReading
import CZlib
import ELF
import ProfileModel

/// Finds the separate debug file of an image, and refuses those of other builds.
///
/// GDB's manual, "Debugging Information in Separate Files", tells the places.
struct DebugFileLocator {
  /// Folders such as `/usr/lib/debug`.
  var folders: [String]
  /// Put before an image's own path.
  var rootFolder: String

  /// What was found.
  struct Outcome {
    var image: ELFImage?
    /// A file in the right place that belongs to another build.
    var refused: String?
  }

  /// The debug file of `image`, which lies at `path` in its own file system.
  func debugFile(for image: ELFImage, path: String) -> Outcome {
    var finding = Outcome()
    if let buildID = image.buildID {
      for folder in folders {
        if take(buildIDPath(buildID, in: folder), buildID: buildID, crc: nil, notSameAs: image, into: &finding) {
          return finding
        }
      }
    }
    guard let link = image.debugLink, !link.name.isEmpty, !link.name.contains("/") else { return finding }
    let folder = path.lastFolder
    var candidates = [rootFolder + folder + link.name, rootFolder + folder + ".debug/" + link.name]
    candidates += folders.map { $0 + (folder.hasPrefix("/") ? "" : "/") + folder + link.name }
    for candidate in candidates
    where take(candidate, buildID: image.buildID, crc: link.crc, notSameAs: image, into: &finding) {
      return finding
    }
    return finding
  }

  /// The file that several debug files share (`dwz -m`); `debugPath` is where the file that refers to it lies.
  func alternateFile(for image: ELFImage, debugPath: String) -> Outcome {
    var finding = Outcome()
    guard let link = image.altLink else { return finding }
    var candidates = [link.path.hasPrefix("/") ? link.path : debugPath.lastFolder + link.path]
    candidates += folders.map { buildIDPath(link.buildID, in: $0) }
    for candidate in candidates
    where take(candidate, buildID: link.buildID, crc: nil, notSameAs: image, into: &finding) {
      return finding
    }
    return finding
  }

  private func buildIDPath(_ buildID: BuildID, in folder: String) -> String {
    let digits = buildID.description
    return folder + "/.build-id/" + digits.prefix(2) + "/" + digits.dropFirst(2) + ".debug"
  }

  /// Opens `path` and believes it when the build IDs agree or, where one has none, when the checksum does.
  private func take(
    _ path: String, buildID: BuildID?, crc: UInt32?, notSameAs image: ELFImage, into finding: inout Outcome
  ) -> Bool {
    guard let reader = try? FileReader(path: path), let file = try? ELFImage(file: reader),
      file.status == nil || file.status != image.status
    else { return false }
    let agrees: Bool
    if let buildID, let other = file.buildID {
      agrees = buildID == other
    } else if let crc {
      agrees = Self.checksum(path) == crc
    } else {
      agrees = false
    }
    if agrees { finding.image = file } else if finding.refused == nil { finding.refused = path }
    return agrees
  }

  /// Bytes of a file whose checksum is still computed, in some seconds.
  private static let checksumLimit: UInt64 = 4 << 30

  /// The CRC-32 of a file's bytes, as `.gnu_debuglink` wants it; nil for unreadable files and those of more than 4 GB.
  static func checksum(_ path: String) -> UInt32? {
    guard let reader = try? FileReader(path: path), let size = try? reader.status().size, size <= checksumLimit
    else { return nil }
    var sum: UInt = 0
    var offset: UInt64 = 0
    while offset < size {
      let count = min(1 << 20, size - offset)
      guard let piece = try? reader.read(at: offset, count: count) else { return nil }
      // SAFETY: zlib reads as many bytes as the array holds.
      sum = unsafe piece.withUnsafeBufferPointer { unsafe crc32(sum, $0.baseAddress, UInt32($0.count)) }
      offset += count
    }
    return UInt32(truncatingIfNeeded: sum)
  }
}

extension String {
  /// The folder of a path, with the slash that ends it.
  var lastFolder: String {
    guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
    return String(self[...slash])
  }

  /// The last component of a path.
  var lastComponent: String {
    guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")) else { return self }
    return String(self[utf8.index(after: slash)...])
  }
}
