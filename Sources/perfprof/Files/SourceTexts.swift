import BinaryReading
import Glibc
import ProfileModel

/// The texts of source files that the functions with the most samples come from, for a page to show.
///
/// A recording of somebody else's says which files it means, so nothing is read that does not look like source: regular
/// files with an extension of a programming language, of at most 2 MB, in UTF-8.
enum SourceTexts {
  private static let extensions: Set<String> = [
    "c", "cc", "cpp", "cxx", "h", "hh", "hpp", "hxx", "inc", "s", "S", "m", "mm", "swift", "rs", "go", "d", "zig",
    "nim",
    "py", "pyx", "js", "mjs", "ts", "java", "kt", "scala", "hs", "ml", "f", "f90", "adb", "pas", "cr", "rb", "lua",
  ]
  private static let mostBytes: UInt64 = 2 << 20
  private static let mostFiles = 200

  /// For each path that could be read its text.
  static func read(for selected: SelectedProfile) -> [String: String] {
    var texts: [String: String] = [:]
    for path in hotFiles(selected).prefix(mostFiles) {
      if let text = text(of: path) { texts[path] = text }
    }
    return texts
  }

  /// Files of functions, those with the most samples in functions themselves first.
  private static func hotFiles(_ selected: SelectedProfile) -> [String] {
    let profile = selected.profile
    var weights: [String: Int64] = [:]
    var whole: Int64 = 0
    for sample in selected.samples {
      whole.addSaturating(sample.weight)
      guard let stack = sample.stack else { continue }
      let function = profile.functions[profile.frames[Int(profile.stacks.frame(of: stack))].function.index]
      if let file = function.file { weights[file, default: 0].addSaturating(sample.weight) }
    }
    return weights.filter { $0.value >= whole / 1000 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
  }

  private static func text(of path: String) -> String? {
    guard path.hasPrefix("/"), let dot = path.lastIndex(of: "."),
      extensions.contains(String(path[path.index(after: dot)...]))
    else { return nil }
    var status = stat()
    // SAFETY: the path is a Swift string, which the bridge terminates for the call; `status` is written only.
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      let file = try? FileReader(path: path), let found = try? file.status(), found.isRegularFile,
      found.size <= mostBytes, let bytes = try? file.read(at: 0, count: found.size)
    else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }
}
