import BinaryReading
import ProfileModel

/// Finds the image that stands behind a mapping of a running process, and makes sure that it is that one.
///
/// The path in a mapping is only a hint: the file may have been replaced or deleted, or lie in another mount namespace.
public struct ImageLocator: Sendable {
  /// Where the `proc` file system is mounted.
  public var procFolder: String

  /// A locator that asks the `proc` file system at `procFolder`.
  public init(procFolder: String = "/proc") { self.procFolder = procFolder }

  /// Opens the image that `mapping` of process `pid` maps.
  ///
  /// Asked in this order: `map_files` (the very file, also deleted; needs privilege), the path as the process sees it,
  /// the program that it runs (also deleted, without privilege), the path as we see it. Where none is the one, the image is
  /// put together from the process's memory, like the vDSO.
  public func open(pid: Int32, mapping: Mapping) throws(ELFError) -> ELFImage {
    if mapping.path == "[vdso]" { return try vdso(pid: pid, mapping: mapping) }
    guard mapping.isFileBacked else { throw .noImage(path: mapping.path) }
    var refusal: ELFError?
    for candidate in candidates(pid: pid, mapping: mapping) {
      let file: FileReader
      do { file = try FileReader(path: candidate) } catch { continue }
      do throws(ELFError) {
        let image = try ELFImage(file: file, path: path(of: mapping))
        if isBehind(mapping, of: pid, image) { return image }
        refusal = refusal ?? .otherFile(path: candidate)
      } catch { refusal = error }
    }
    // Replaced on disk, by an upgrade for instance. What runs is still in memory.
    if let bytes = LoadedImage.bytes(pid: pid, mapping: mapping, procFolder: procFolder),
      let image = try? ELFImage(bytes: bytes, path: path(of: mapping)),
      mapping.buildID == nil || image.buildID == mapping.buildID
    {
      return image
    }
    throw refusal ?? .noImage(path: mapping.path)
  }

  private func candidates(pid: Int32, mapping: Mapping) -> [String] {
    let range = String(mapping.start, radix: 16) + "-" + String(mapping.end, radix: 16)
    let path = path(of: mapping)
    return [
      "\(procFolder)/\(pid)/map_files/\(range)", "\(procFolder)/\(pid)/root\(path)", "\(procFolder)/\(pid)/exe", path,
    ]
  }

  /// The mapping's path without what the kernel adds to that of a deleted file.
  private func path(of mapping: Mapping) -> String {
    let deleted = " (deleted)"
    return mapping.path.hasSuffix(deleted) ? String(mapping.path.dropLast(deleted.count)) : mapping.path
  }

  private func vdso(pid: Int32, mapping: Mapping) throws(ELFError) -> ELFImage {
    guard mapping.end > mapping.start,
      let bytes = ProcessMemory(pid: pid).bytes(
        at: mapping.start, count: mapping.end - mapping.start, limit: 1 << 20)
    else { throw .noImage(path: mapping.path) }
    return try ELFImage(bytes: bytes, path: mapping.path)
  }

  /// Device and inode decide; where they can't (file systems such as overlayfs and btrfs report other numbers in
  /// mappings than in `stat`), the build ID does, as the kernel gave it or as it stands in the process's memory.
  private func isBehind(_ mapping: Mapping, of pid: Int32, _ image: ELFImage) -> Bool {
    if let expected = mapping.buildID { return image.buildID == expected }
    if let status = image.status, status.inode == mapping.inode {
      if Mapping.Device(number: status.device) == mapping.device { return true }
    }
    guard let expected = image.buildID, let bias = image.bias(of: mapping) else { return false }
    return loadedBuildID(of: image, bias: bias, pid: pid) == expected
  }

  /// The build ID in the process's memory, at the place where `image` would have it.
  private func loadedBuildID(of image: ELFImage, bias: UInt64, pid: Int32) -> BuildID? {
    let memory = ProcessMemory(pid: pid)
    for note in image.segments where note.type == .note {
      guard let bytes = memory.bytes(at: bias &+ note.virtualAddress, count: note.fileSize, limit: 1 << 16)
      else { continue }
      if let found = ELFImage.buildID(inNotes: bytes.rawSpan) { return found }
    }
    return nil
  }
}

extension Mapping.Device {
  /// The parts of a device number as `stat` gives it (glibc's `gnu_dev_major` and `gnu_dev_minor`).
  public init(number: UInt64) {
    self.init(
      major: UInt32(truncatingIfNeeded: (number >> 8) & 0xFFF | (number >> 32) & 0xFFFF_F000),
      minor: UInt32(truncatingIfNeeded: number & 0xFF | (number >> 12) & 0xFFFF_FF00))
  }
}
