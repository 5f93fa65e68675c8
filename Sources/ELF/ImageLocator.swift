import BinaryReading
import Processes
import ProfileModel

/// Finds the image that stands behind a mapping of a running process, and makes sure that it is that one.
///
/// The path in a mapping is only a hint: the file may have been replaced or deleted, or lie in another mount namespace.
/// And a mapping is news of some milliseconds ago: by now another file may lie at its addresses.
package struct ImageLocator: Sendable {
  /// Where the `proc` file system is mounted.
  package var procFolder: String

  /// A locator that asks the `proc` file system at `procFolder`.
  package init(procFolder: String = "/proc") { self.procFolder = procFolder }

  /// Opens the image that `mapping` of process `pid` maps.
  ///
  /// Asked in this order: `map_files` (the very file, also deleted; needs privilege), the path as the process sees it,
  /// the program that it runs (also deleted, without privilege), the path as we see it. Where none is the one, the image is
  /// put together from the process's memory, like the vDSO.
  ///
  /// - Parameter mappedAt: When it was mapped, in nanoseconds since 1970; a file that was written to later and is no longer
  ///   mapped is not believed.
  /// - Throws: `.notELF` where the file is the mapping's and no image.
  package func open(pid: Int32, mapping: Mapping, mappedAt: UInt64 = .max) throws(ELFError) -> ELFImage {
    if mapping.path == "[vdso]" { return try vdso(pid: pid, mapping: mapping) }
    guard mapping.isFileBacked else { throw .noImage(path: mapping.path) }
    var now = Present(pid: pid, procFolder: procFolder)
    var (refusal, shortage): (ELFError?, ELFError?)
    let candidates = candidates(pid: pid, mapping: mapping)
    for (index, candidate) in candidates.enumerated() {
      let file: FileReader
      do throws(BinaryReadingError) { file = try OpenImages.shared.open(candidate) } catch {
        if error.isShortage { shortage = .reading(path: mapping.filePath, error) }
        continue
      }
      guard let status = try? file.status() else { continue }
      let isSame = status.isFile(of: mapping)
      let image: ELFImage
      do throws(ELFError) {
        image = try ELFImage(file: file, path: mapping.filePath, places: candidates)
      } catch {
        // What lies in the very file that is mapped is the answer, whatever it is.
        if isSame { throw error }
        refusal = refusal ?? error
        continue
      }
      if let expected = mapping.buildID, image.buildID != expected {
        refusal = .otherFile(path: candidate.fullPath)
      } else if isSame || mapping.buildID != nil {
        // Programs of the same code have one build ID, whatever their names are.
        if min(status.modified, status.changed) <= mappedAt || now.holds(mapping) { return image }
        refusal = .rewritten(path: candidate.fullPath)
      } else if isBehind(mapping, of: pid, image, isByAddress: index == 0, &now) {
        return image
      } else {
        refusal = refusal ?? .otherFile(path: candidate.fullPath)
      }
    }
    // Where nothing can be opened, it is not the file that is missing, and memory takes much longer to read.
    if let shortage { throw shortage }
    // Replaced on disk, by an upgrade for instance. What runs is still in memory.
    if let mappings = now.mappings, mappings.holds(mapping),
      let image = LoadedImage.image(pid: pid, mapping: mapping, in: mappings, procFolder: procFolder),
      mapping.buildID == nil || image.buildID == mapping.buildID
    {
      return image
    }
    throw refusal ?? .noImage(path: mapping.path)
  }

  private func candidates(pid: Int32, mapping: Mapping) -> [ForeignFile] {
    let range = String(mapping.start, radix: 16) + "-" + String(mapping.end, radix: 16)
    let path = mapping.filePath
    return [
      ForeignFile("\(procFolder)/\(pid)/map_files/\(range)", in: .link),
      ForeignFile(path, in: .root("\(procFolder)/\(pid)/root")),
      ForeignFile("\(procFolder)/\(pid)/exe", in: .link),
      ForeignFile(path),
    ]
  }

  private func vdso(pid: Int32, mapping: Mapping) throws(ELFError) -> ELFImage {
    guard mapping.end > mapping.start,
      let bytes = ProcessMemory(pid: pid).bytes(
        at: mapping.start, count: mapping.end - mapping.start, limit: 1 << 20)
    else { throw .noImage(path: mapping.path) }
    return try ELFImage(bytes: bytes, path: mapping.path)
  }

  /// Device and inode decide; where they can't (file systems such as overlayfs and btrfs report other numbers in
  /// mappings than in `stat`), the build ID in the process's memory does, or that `map_files` led to the file.
  ///
  /// Either says something of the mapping only if that still lies there, which is asked after the fact.
  private func isBehind(
    _ mapping: Mapping, of pid: Int32, _ image: ELFImage, isByAddress: Bool, _ now: inout Present
  ) -> Bool {
    if isByAddress { return now.holds(mapping) }
    guard let expected = image.buildID else { return false }
    return image.biases(of: mapping).contains { loadedBuildID(of: image, bias: $0, pid: pid) == expected }
      && now.holds(mapping)
  }

  /// The build ID in the process's memory, at the place where `image` would have it.
  private func loadedBuildID(of image: ELFImage, bias: UInt64, pid: Int32) -> BuildID? {
    let memory = ProcessMemory(pid: pid)
    for note in image.segments where note.type == .note {
      guard let bytes = memory.presentBytes(at: bias &+ note.virtualAddress, count: note.fileSize, limit: 1 << 16)
      else { continue }
      if let found = ELFImage.buildID(inNotes: bytes.rawSpan) { return found }
    }
    return nil
  }

  /// What a process has mapped now, read when it is first asked for, or once more where an answer must be newer.
  private struct Present {
    let pid: Int32
    let procFolder: String
    private var isRead = false
    private var known: FileMappings?

    init(pid: Int32, procFolder: String) { (self.pid, self.procFolder) = (pid, procFolder) }

    /// As of now.
    mutating func holds(_ mapping: Mapping) -> Bool {
      known = FileMappings(pid: pid, procFolder: procFolder)
      isRead = true
      return known?.holds(mapping) ?? false
    }

    var mappings: FileMappings? {
      mutating get {
        if !isRead {
          known = FileMappings(pid: pid, procFolder: procFolder)
          isRead = true
        }
        return known
      }
    }
  }
}

extension FileStatus {
  /// Whether device and inode are the mapping's.
  fileprivate func isFile(of mapping: Mapping) -> Bool {
    mapping.inode != 0 && inode == mapping.inode && Mapping.Device(number: device) == mapping.device
  }
}

extension Mapping.Device {
  /// The parts of a device number as `stat` gives it (glibc's `gnu_dev_major` and `gnu_dev_minor`).
  package init(number: UInt64) {
    self.init(
      major: UInt32(truncatingIfNeeded: (number >> 8) & 0xFFF | (number >> 32) & 0xFFFF_F000),
      minor: UInt32(truncatingIfNeeded: number & 0xFF | (number >> 12) & 0xFFFF_FF00))
  }
}
