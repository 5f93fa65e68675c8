import BinaryReading
import CZlib
import ELF
import Processes
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
    /// A file in the right place that is no debug file: empty, cut short, or no regular file.
    var damaged: String?
  }

  /// The debug file of `image`, which lies at `path` in its own file system.
  func debugFile(for image: ELFImage, path: String) -> Outcome {
    var finding = Outcome()
    if let buildID = image.buildID {
      for folder in folders {
        let place = ForeignFile(buildIDPath(buildID, in: folder))
        if take(place, buildID: buildID, crc: nil, notSameAs: image, into: &finding) { return finding }
      }
    }
    guard let link = image.debugLink, !link.name.isEmpty, !link.name.contains("/") else { return finding }
    let folder = path.lastFolder
    // Whoever made the binary can make links beside it; below the debug folders only who may write there.
    var candidates = [
      ForeignFile(link.name, in: .folder(folder, root: rootFolder)),
      ForeignFile(".debug/" + link.name, in: .folder(folder, root: rootFolder)),
    ]
    candidates += folders.map { ForeignFile($0 + (folder.hasPrefix("/") ? "" : "/") + folder + link.name) }
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
    // A debug file that lies in the target's root, and not in a folder of ours.
    let isTheirs = !rootFolder.isEmpty && debugPath.hasPrefix(rootFolder + "/")
    let root = isTheirs ? rootFolder : ""
    let own = String(debugPath.dropFirst(root.count)).lastFolder
    let named = (link.path.hasPrefix("/") ? link.path : own + link.path).withoutDots
    // A link may name any file of the machine: only where debug files belong, or beside the binary, is one looked for.
    var candidates = (folders + [own]).compactMap { folder -> ForeignFile? in
      let folder = folder.withoutDots
      guard folder.hasPrefix("/"), named.hasPrefix(folder + "/") else { return nil }
      return ForeignFile(String(named.dropFirst(folder.count + 1)), in: .folder(folder, root: root))
    }
    candidates += folders.map { ForeignFile(buildIDPath(link.buildID, in: $0)) }
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

  /// Opens a file and believes it when the build IDs agree or, where one has none, when the checksum does.
  private func take(
    _ place: ForeignFile, buildID: BuildID?, crc: UInt32?, notSameAs image: ELFImage, into finding: inout Outcome
  ) -> Bool {
    let path = place.fullPath
    let reader: FileReader
    do throws(BinaryReadingError) { reader = try place.open() } catch {
      if case .notRegular = error { finding.damaged = finding.damaged ?? path }
      return false
    }
    guard let file = try? ELFImage(file: reader) else {
      finding.damaged = finding.damaged ?? path
      return false
    }
    guard file.status == nil || file.status != image.status else { return false }
    let agrees: Bool
    if let buildID, let other = file.buildID {
      agrees = buildID == other
    } else if let crc {
      agrees = Self.checksum(place) == crc
    } else {
      agrees = false
    }
    if agrees { finding.image = file } else if finding.refused == nil { finding.refused = path }
    return agrees
  }

  /// Bytes of a file whose checksum is still computed, in some seconds.
  private static let checksumLimit: UInt64 = 4 << 30

  /// The CRC-32 of a file's bytes, as `.gnu_debuglink` wants it; nil for unreadable files and those of more than 4 GB.
  static func checksum(_ place: ForeignFile) -> UInt32? {
    guard let reader = try? place.open(), let size = try? reader.status().size, size <= checksumLimit
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

  /// An absolute path without `.`, `..` and the slash at its end, by its words alone.
  var withoutDots: String {
    guard hasPrefix("/") else { return self }
    var parts: [Substring] = []
    for part in split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return parts.map { "/" + $0 }.joined()
  }

  /// The last component of a path.
  var lastComponent: String {
    guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")) else { return self }
    return String(self[utf8.index(after: slash)...])
  }
}
