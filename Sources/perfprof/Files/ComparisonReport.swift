import FlameGraphs
import ProfileComparison
import ProfileFormats
import ProfileModel

/// Writes a comparison to files.
struct ComparisonReport {
  enum Kind { case svg, html, json, markdown }

  var comparison: FunctionComparison
  var before: [ComparisonInput]
  var after: [ComparisonInput]
  var names: (before: String, after: String)
  var title: String?
  var threads = false
  /// Whether pictures tell the command line.
  var showsCommand = true

  /// What a path's extension asks for.
  static func kind(of path: String) -> Kind? {
    let lower = path.lowercased()
    if lower.hasSuffix(".json") { return .json }
    if lower.hasSuffix(".md") { return .markdown }
    switch ProfileFormat(extensionOf: path) {
    case .svg: return .svg
    case .html: return .html
    default: return nil
    }
  }

  /// Writes the file that the extension asks for.
  func write(_ path: String) throws(Failure) {
    let bytes: [UInt8]
    switch Self.kind(of: path) {
    case .json, nil: bytes = comparison.json()
    case .markdown: bytes = Array(comparison.markdown(names: names).utf8)
    case .svg:
      let (tree, caption) = try picture(path)
      bytes = FlameGraph.svg(tree, caption: caption, options: options)
    case .html:
      let (tree, caption) = try picture(path)
      bytes = FlameGraph.html(tree, caption: caption, options: options)
    }
    try OutputFile(path: path).write(bytes)
    printError("perfprof: wrote \(path)")
  }

  /// Functions are colored by their verdict.
  private var options: FlameGraph.Options {
    var options = FlameGraph.Options()
    options.changed = Set(comparison.changedNames)
    return options
  }

  private func picture(_ path: String) throws(Failure) -> (CallTree, FlameGraphCaption) {
    var (earlier, later) = (try profiles(before, path), try profiles(after, path))
    for index in earlier.indices { earlier[index] = try ProfileOutput.turned(earlier[index], path: path) }
    for index in later.indices { later[index] = try ProfileOutput.turned(later[index], path: path) }
    align(&earlier, &later)
    for profile in earlier + later { try ProfileOutput.checkTree(of: profile, threads: threads, path: path) }
    guard let first = earlier.first, let last = later.first else {
      throw Failure(.usage, "-o \(path): a picture needs a profile on each side")
    }
    var caption = FlameGraphCaption(before: first, after: last, title: title)
    if !showsCommand { caption.command = "" }
    caption.notes.insert(comparison.sentence, at: 0)
    if earlier.count + later.count > 2 {
      caption.notes.insert(
        "\(earlier.count) runs before, \(later.count) after, of which the first are described.", at: 1)
    }
    return (CallTree(before: earlier, after: later, threads: threads), caption)
  }

  /// One program in one tree, whatever its file is called and its compiler inlines; inlined calls of pairs only.
  private func align(_ earlier: inout [SelectedProfile], _ later: inout [SelectedProfile]) {
    if let old = earlier.first, let new = later.first, earlier.count == 1, later.count == 1 {
      let processes = AlignedProcesses.align(before: old, after: new)
      let aligned = AlignedInlines(before: processes.before, after: processes.after)
      (earlier, later) = ([aligned.before], [aligned.after])
      return
    }
    func names(_ side: [SelectedProfile]) -> Set<String> { Set(side.flatMap { $0.profile.processes.map(\.name) }) }
    guard names(earlier).count == 1, let name = names(later).first, names(later).count == 1 else { return }
    for side in earlier.indices {
      for process in earlier[side].profile.processes.indices { earlier[side].profile.processes[process].name = name }
    }
  }

  private func profiles(_ inputs: [ComparisonInput], _ path: String) throws(Failure) -> [SelectedProfile] {
    var profiles: [SelectedProfile] = []
    for input in inputs {
      guard case .profile(let profile) = input else {
        throw Failure(.usage, "-o \(path): a baseline holds no stacks to draw: compare with recordings")
      }
      profiles.append(profile)
    }
    return profiles
  }
}
