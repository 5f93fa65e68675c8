import Glibc

/// A control group and all below it, of either version (cgroups(7)).
package struct ControlGroup: Hashable, Sendable {
  /// Its folders: one for each hierarchy that has a group of that name.
  package let folders: [String]

  /// Why there is no such group.
  package enum Problem: Error, Hashable {
    /// No hierarchy is mounted.
    case noHierarchy
    /// None has such a group.
    case notFound
    /// So many groups are meant by the beginning of a container's number.
    case ambiguous([String])
  }

  /// The group of a name: a folder below a mounted hierarchy, a path in one as `/proc/PID/cgroup` has it, or the number of a
  /// container, or its first twelve digits or more.
  package init(named name: String, procFolder: String = "/proc") throws(Problem) {
    let roots = Self.hierarchies(procFolder: procFolder)
    guard !roots.isEmpty else { throw .noHierarchy }
    let trimmed = String(name.drop { $0 == "/" }.reversed().drop { $0 == "/" }.reversed())
    guard !trimmed.split(separator: "/").contains("..") else { throw .notFound }
    if name.hasPrefix("/"), roots.contains(where: { name == $0 || name.hasPrefix($0 + "/") }), Self.isGroup(name) {
      folders = [name]
      return
    }
    let named = roots.map { trimmed.isEmpty ? $0 : "\($0)/\(trimmed)" }.filter(Self.isGroup)
    if !named.isEmpty {
      folders = named
      return
    }
    guard trimmed.count >= 12, trimmed.allSatisfy(\.isHexDigit) else { throw .notFound }
    var found: [String: [String]] = [:]
    for root in roots { Self.find(trimmed, in: root, depth: 0, &found) }
    guard found.count <= 1 else { throw .ambiguous(found.keys.sorted()) }
    guard let folders = found.values.first else { throw .notFound }
    self.folders = folders
  }

  /// The processes in it and in groups below it, by number.
  package var processes: [Int32] {
    var numbers: Set<Int32> = []
    for folder in folders { Self.collect(folder, depth: 0, &numbers) }
    return numbers.sorted()
  }

  /// The folders of the groups that these processes are in, and of those around them, up to where hierarchies are
  /// mounted: all whose limits hold for one of them. At most 64.
  package static func foldersWithLimits(of processes: [Int32], procFolder: String = "/proc") -> [String] {
    let roots = hierarchies(procFolder: procFolder)
    var folders: Set<String> = []
    for pid in processes.prefix(64) {
      // `0::/user.slice/…`, `4:cpu,cpuacct:/docker/…` (cgroups(7)).
      for line in (ProcFile.text("\(procFolder)/\(pid)/cgroup") ?? "").split(separator: "\n") {
        let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard fields.count == 3 else { continue }
        var path = fields[2].split(separator: "/")
        guard !path.contains(".."), path.count <= deepest else { continue }
        while true {
          for root in roots where folders.count < 64 {
            let folder = path.isEmpty ? root : "\(root)/\(path.joined(separator: "/"))"
            if isGroup(folder) { folders.insert(folder) }
          }
          guard path.popLast() != nil else { break }
        }
      }
    }
    return folders.sorted()
  }

  /// How deep groups are looked into.
  private static let deepest = 32

  /// Where hierarchies are mounted, those of one file system once (proc_pid_mountinfo(5)).
  private static func hierarchies(procFolder: String) -> [String] {
    guard let text = ProcFile.text("\(procFolder)/self/mountinfo") else { return [] }
    var places: [String] = []
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count, fields.count > 4,
        fields[dash + 1] == "cgroup2" || fields[dash + 1] == "cgroup"
      else { continue }
      let place = String(fields[4])
      if !places.contains(place) { places.append(place) }
    }
    return places
  }

  private static func isGroup(_ folder: String) -> Bool {
    // SAFETY: the path is a Swift string, which the bridge terminates for the call.
    unsafe access(folder + "/cgroup.procs", R_OK) == 0
  }

  private static func collect(_ folder: String, depth: Int, _ numbers: inout Set<Int32>) {
    let text = ProcFile.text(folder + "/cgroup.procs") ?? ""
    for word in text.split(separator: "\n") {
      if let number = Int32(word), number > 0 { numbers.insert(number) }
    }
    guard depth < deepest else { return }
    for name in subfolders(of: folder) { collect("\(folder)/\(name)", depth: depth + 1, &numbers) }
  }

  /// Looks for groups whose names hold a container's number, by that name; their own groups belong to them.
  private static func find(_ number: String, in folder: String, depth: Int, _ found: inout [String: [String]]) {
    guard depth < deepest else { return }
    for name in subfolders(of: folder) {
      let path = "\(folder)/\(name)"
      // `docker-NUMBER.scope`, `cri-containerd-NUMBER.scope`, `NUMBER`.
      let words = name.split(whereSeparator: { $0 == "-" || $0 == "." || $0 == ":" })
      if words.contains(where: { $0.hasPrefix(number) }) {
        found[name, default: []].append(path)
      } else {
        find(number, in: path, depth: depth + 1, &found)
      }
    }
  }

  private static func subfolders(of folder: String) -> [String] {
    // SAFETY: the path is terminated by the bridge; the stream is closed below on the only way out.
    guard let stream = unsafe opendir(folder) else { return [] }
    var names: [String] = []
    // SAFETY: `stream` is open, and used by this thread only; the entry lives until the next call.
    while let entry = unsafe readdir(stream) {
      guard unsafe entry.pointee.d_type == UInt8(DT_DIR) else { continue }
      // SAFETY: `d_name` ends in a zero byte inside the entry.
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    // SAFETY: closed exactly once.
    unsafe closedir(stream)
    return names.sorted()
  }
}
