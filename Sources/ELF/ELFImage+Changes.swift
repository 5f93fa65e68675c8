import BinaryReading
import CLinuxPerf
import Glibc
import ProfileModel

extension ELFImage {
  /// What became of an image's file since it was opened.
  package enum Fate: Hashable, Sendable {
    /// Nothing, or that it lost its name, as by deletion or by another that was renamed over it.
    case untouched
    /// Its times say that it may have been written to, its contents don't.
    case doubtful
    /// It was written to: what it holds now is something else, in spite of its inode.
    case rewritten
    /// It was closed to make room for others, and no path leads to it any more.
    case gone
  }

  /// What became of the file since it was opened.
  ///
  /// Its time of change alone may mean that it was renamed, deleted or given other rights, which shows in the number of
  /// its names. A build ID decides only then: linkers leave symbol tables out of it, so that two programs of the same code
  /// and other names have one build ID.
  package var fate: Fate {
    guard case .file(let file, _) = source, let then = status else { return .untouched }
    guard let now = file.currentStatus() else { return .gone }
    guard now.size == then.size, now.modified == then.modified else { return .rewritten }
    if now.changed == then.changed || now.links != then.links { return .untouched }
    guard let buildID, let current = try? ELFImage(source: source, path: path, status: now) else { return .rewritten }
    return current.buildID == buildID && current.segments == segments && current.sections == sections
      ? .doubtful : .rewritten
  }

  /// Whether two images are of one file, whatever it holds.
  package func isSameFile(as other: ELFImage) -> Bool {
    guard let status, let other = other.status else { return false }
    return (status.device, status.inode) == (other.device, other.inode)
  }

  /// Whether a path leads to the image's file.
  package func isFile(at path: String) -> Bool {
    guard let status, let other = try? FileReader(path: path).status() else { return false }
    return (status.device, status.inode) == (other.device, other.inode)
  }

  /// The same image out of a copy in memory, which holds even when the file is rewritten; nil when it can't be made, is
  /// larger than `limit`, or the file has changed already.
  ///
  /// - Complexity: linear in the size of the file, about 0.3 ms for each MB.
  package func copiedToMemory(limit: UInt64) -> ELFImage? {
    guard case .file(let file, let size) = source, size <= limit, let count = Int(exactly: size) else { return nil }
    guard OpenImages.shared.hasRoom else {
      // A copy of its own descriptor would be one too many.
      guard let bytes = try? file.read(at: 0, count: size), fate == .untouched else { return nil }
      return try? ELFImage(source: .bytes(bytes), path: path, status: status)
    }
    // SAFETY: the name is a Swift string, which the bridge terminates for the call.
    let descriptor = unsafe clp_memory_file("perfprof-image")
    guard descriptor >= 0 else { return nil }
    let copy = FileReader(path: path, owning: descriptor)
    guard file.withDescriptor({ clp_copy_file($0, descriptor, count) }) == 0, fate == .untouched,
      let status = try? copy.status()
    else { return nil }
    return try? ELFImage(source: .file(SharedFile(copy), size: size), path: path, status: status)
  }
}
