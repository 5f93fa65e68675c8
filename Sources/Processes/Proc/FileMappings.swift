import ProfileModel

/// What maps files at the moment in a process, as far as finding an image needs it.
package struct FileMappings {
  private let parts: [ProcessMaps.Entry]

  /// Reads a process's maps; nil when it is gone or not ours to see.
  package init?(pid: Int32, procFolder: String) {
    let limit = 64 << 20
    guard let text = try? ProcFile.read("\(procFolder)/\(pid)/maps", limit: limit), text.count < limit else {
      return nil
    }
    parts = ProcessMaps.entries(in: text).filter { !$0.mapping.path.isEmpty }
  }

  /// Whether `mapping`, which was told of earlier, is what lies at its start now.
  package func holds(_ mapping: Mapping) -> Bool { part(of: mapping) != nil }

  /// All mappings of the file that `mapping` maps, as long as that is what lies at its start.
  package func parts(of mapping: Mapping) -> [ProcessMaps.Entry] {
    guard let known = part(of: mapping)?.mapping else { return [] }
    return parts.filter { $0.mapping.inode == known.inode && $0.mapping.device == known.device }
  }

  private func part(of mapping: Mapping) -> ProcessMaps.Entry? {
    parts.first { part in
      let now = part.mapping
      // A record with a build ID tells no inode.
      let isSameFile = mapping.inode == 0 || (now.inode == mapping.inode && now.device == mapping.device)
      return now.contains(mapping.start) && isSameFile && now.inode != 0 && now.filePath == mapping.filePath
        && now.fileOffset &+ (mapping.start &- now.start) == mapping.fileOffset
    }
  }
}
