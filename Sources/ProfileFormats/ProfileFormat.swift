/// A format that profiles are written in, by the names and extensions of the command line.
public enum ProfileFormat: String, Hashable, Sendable, CaseIterable {
  /// perfprof's own, lossless.
  case recording
  /// A flame graph.
  case svg
  /// An interactive report in one file.
  case html
  /// Folded stacks.
  case folded
  /// <https://www.speedscope.app>
  case speedscope
  /// <https://github.com/google/pprof>
  case pprof
  /// <https://profiler.firefox.com>
  case firefox

  /// The format called `name`, as `--format` takes it; nil when there is none.
  public init?(name: String) { self.init(rawValue: name) }

  /// The name that `--format` takes.
  public var name: String { rawValue }

  /// Extensions of the format's files, the usual one first.
  public var extensions: [String] {
    switch self {
    case .recording: [".perfprof"]
    case .svg: [".svg"]
    case .html: [".html"]
    case .folded: [".folded", ".txt"]
    case .speedscope: [".speedscope.json"]
    case .pprof: [".pb.gz", ".pprof"]
    case .firefox: [".firefox.json"]
    }
  }

  /// The format whose extension `path` ends with, in whatever case; the longest extension wins. Nil when none does.
  public init?(extensionOf path: String) {
    let path = path.lowercased()
    var longest: (format: ProfileFormat, length: Int)?
    for format in Self.allCases {
      for suffix in format.extensions where path.hasSuffix(suffix) && suffix.utf8.count > longest?.length ?? 0 {
        longest = (format, suffix.utf8.count)
      }
    }
    guard let longest else { return nil }
    self = longest.format
  }
}
