/// Paths of source files as DWARF has them: relative to the folder of compilation, with detours.
enum SourcePath {
  /// `path`, absolute where `folder` is, without `.`, `..` and empty components.
  ///
  /// libdw joins the folder to names that stand in it, but not to other relative ones.
  static func resolved(_ path: String, folder: String) -> String {
    let isJoined = path.hasPrefix("/") || folder.isEmpty || path.hasPrefix(folder)
    return simplified(isJoined ? path : folder + "/" + path)
  }

  private static func simplified(_ path: String) -> String {
    let needsWork =
      path.hasPrefix("./") || path.hasPrefix("../") || path.contains("//") || path.contains("/./")
      || path.contains("/../")
    guard needsWork else { return path }
    var kept: [Substring] = []
    for component in path.split(separator: "/") where component != "." {
      if component == "..", let last = kept.last, last != ".." {
        kept.removeLast()
      } else {
        kept.append(component)
      }
    }
    return (path.hasPrefix("/") ? "/" : "") + kept.joined(separator: "/")
  }
}
