import FlameGraphs
import ProfileFormats
import ProfileModel

/// Turns a profile into the bytes of a format.
struct ProfileOutput {
  /// The format, by name or by the path's extension.
  var format: ProfileFormat
  var path: String
  /// Whether folded stacks and pictures tell threads apart.
  var threads = false

  /// Whether pictures tell the command line that was profiled.
  var showsCommand = true

  /// What `-o PATH` and `--format NAME` ask for.
  init(path: String, formatName: String? = nil, fallback: ProfileFormat? = nil) throws(Failure) {
    self.path = path
    let names = ProfileFormat.allCases.map(\.name).joined(separator: ", ")
    if let formatName {
      guard let format = ProfileFormat(name: formatName) else {
        throw Failure(.usage, "--format \(formatName): no such format: use one of \(names)")
      }
      self.format = format
    } else if let format = ProfileFormat(extensionOf: path) ?? fallback {
      self.format = format
    } else {
      let extensions = ProfileFormat.allCases.flatMap(\.extensions).joined(separator: " ")
      throw Failure(.usage, "-o \(path): the extension says what is written: use one of \(extensions)")
    }
  }

  /// Texts of source files for the page, by the paths that the profile names.
  var sources: [String: String] = [:]

  /// The instructions of functions for the page; nil where they were not asked for.
  var instructions: InstructionListing?

  /// Whether a format that holds several value types gets them all, and not only the selected one.
  var writesAllValues = true

  /// The bytes of what is selected of `profile`; `recording` are those of the recording that it came from, where it came from one.
  func bytes(of profile: SelectedProfile, recording: [UInt8]?) throws(Failure) -> [UInt8] {
    // The page turns stacks over itself.
    let profile = format == .html ? profile : try Self.turned(profile, path: path)
    do throws(ReadingBudget.Exceeded) {
      try checkSize(of: profile)
    } catch { throw Failure(.badInput, "\(path): \(error.sentence)") }
    switch format {
    case .recording:
      guard let recording else {
        throw Failure(.usage, "-o \(path): only a recording can be written as one: use another format")
      }
      return recording
    case .svg:
      return FlameGraph.svg(CallTree(profile, threads: threads), caption: caption(of: profile))
    case .html:
      var page = ProfilePage(profile, caption: caption(of: profile))
      page.sources = sources
      page.instructions = instructions
      return page.html()
    case .folded: return FoldedStacks.bytes(of: profile, FoldedStacks.Options(threads: threads))
    case .speedscope: return Speedscope.bytes(of: profile, .init(writesAllValues: writesAllValues))
    case .pprof:
      do {
        return try Pprof.bytes(of: profile, Pprof.Options(writesAllValues: writesAllValues))
      } catch {
        throw Failure(.software, "\(path): the profile does not fit pprof (\(error))")
      }
    case .firefox: return FirefoxProfile.bytes(of: profile)
    }
  }

  private func caption(of profile: SelectedProfile) -> FlameGraphCaption {
    var caption = FlameGraphCaption(profile)
    if !showsCommand { caption.command = "" }
    return caption
  }

  /// The profile with its stacks turned over, where that was asked for.
  static func turned(_ profile: SelectedProfile, path: String) throws(Failure) -> SelectedProfile {
    do throws(ReadingBudget.Exceeded) {
      return try profile.turned()
    } catch { throw Failure(.badInput, "\(path): with --reverse it \(error.sentence)") }
  }

  /// Throws when a picture of the profile would become too large.
  static func checkTree(of profile: SelectedProfile, threads: Bool, path: String) throws(Failure) {
    do throws(ReadingBudget.Exceeded) {
      try profile.checkTree(threads ? .threads : .processes, ReadingBudget())
    } catch { throw Failure(.badInput, "\(path): \(error.sentence)") }
  }

  /// Throws when the output would become too large for its reader or this machine.
  private func checkSize(of profile: SelectedProfile) throws(ReadingBudget.Exceeded) {
    let budget = ReadingBudget()
    switch format {
    case .recording: return
    case .svg, .html: try profile.checkTree(threads ? .threads : .processes, budget)
    case .folded:
      let functions = profile.profile.functions
      try profile.checkPaths(merging: threads ? .threads : .processes, bytesEach: 24, budget) {
        functions[$0.function.index].name.utf8.count + 1
      }
    case .speedscope:
      try profile.checkPaths(merging: nil, bytesEach: 24, writesAllValues: writesAllValues, budget) { _ in 8 }
    case .pprof:
      let columns = writesAllValues ? profile.profile.valueTypes.count + 1 : 2
      try profile.checkPaths(
        merging: .threadRows, bytesEach: 64 + 16 * columns, writesAllValues: writesAllValues, budget
      ) { _ in 8 }
    case .firefox: try profile.checkTree(.threadRows, bytesEach: 60, budget)
    }
  }

  /// Writes what is selected of `profile` to the path.
  func write(_ profile: SelectedProfile, recording: [UInt8]? = nil) throws(Failure) {
    let bytes = try bytes(of: profile, recording: recording)
    try OutputFile(path: path).write(bytes)
  }
}
