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
    case .html: bytes = try page(path).html()
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

  /// The page of both sides, with the samples that verdicts rest on.
  private func page(_ path: String) throws(Failure) -> ProfilePage {
    var (earlier, later) = (try profiles(before, path), try profiles(after, path))
    guard let first = earlier.first, let last = later.first else {
      throw Failure(.usage, "-o \(path): a page needs a profile on each side")
    }
    let caption = self.caption(first, last, earlier.count, later.count)
    nameAlike(&earlier, &later)
    for profile in earlier + later { try ProfileOutput.checkTree(of: profile, threads: false, path: path) }
    let joined = JoinedProfiles(before: earlier, after: later)
    var selected = joined.profile.preferred
    selected.selection.isReversed = last.selection.isReversed
    var page = ProfilePage(selected, caption: caption)
    page.comparison = comparison.forPage(names, joined)
    page.comparison?.lost = (Self.lost(earlier), Self.lost(later))
    page.comparison?.isRecorded = (
      earlier.allSatisfy(\.profile.metadata.isRecorded), later.allSatisfy(\.profile.metadata.isRecorded)
    )
    return page
  }

  private static func lost(_ side: [SelectedProfile]) -> UInt64? {
    let isCounted = side.contains { $0.profile.metadata.isRecorded || $0.profile.metadata.lost > 0 }
    return isCounted ? side.reduce(0) { $0 &+ $1.profile.metadata.lost } : nil
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
    let caption = self.caption(first, last, earlier.count, later.count)
    return (CallTree(before: earlier, after: later, threads: threads), caption)
  }

  private func caption(
    _ first: SelectedProfile, _ last: SelectedProfile, _ runsBefore: Int, _ runsAfter: Int
  ) -> FlameGraphCaption {
    var caption = FlameGraphCaption(before: first, after: last, title: title)
    if !showsCommand { caption.command = "" }
    caption.notes.insert(comparison.sentence, at: 0)
    if runsBefore + runsAfter > 2 {
      caption.notes.insert("\(runsBefore) runs before, \(runsAfter) after, of which the first are described.", at: 1)
    }
    return caption
  }

  /// One program in one tree, whatever its file is called and its compiler inlines; inlined calls of pairs only.
  private func align(_ earlier: inout [SelectedProfile], _ later: inout [SelectedProfile]) {
    nameAlike(&earlier, &later)
    if let old = earlier.first, let new = later.first, earlier.count == 1, later.count == 1 {
      let aligned = AlignedInlines(before: old, after: new)
      (earlier, later) = ([aligned.before], [aligned.after])
    }
  }

  /// One program has one name, whatever its file is called.
  private func nameAlike(_ earlier: inout [SelectedProfile], _ later: inout [SelectedProfile]) {
    if let old = earlier.first, let new = later.first, earlier.count == 1, later.count == 1 {
      let aligned = AlignedProcesses.align(before: old, after: new)
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
