import Foundation

/// What the live tests run with: the binary, the sample programs, and what this machine permits.
enum Machine {
  /// The binary under test: `$PERFPROF`, or the one built beside this test bundle.
  static let perfprof: String = {
    if let path = ProcessInfo.processInfo.environment["PERFPROF"] { return path }
    let bundle = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return bundle.deletingLastPathComponent().appendingPathComponent("perfprof").path
  }()

  /// The folder with the built sample programs: `$PERFPROF_SAMPLES`, or `.build/samples`, brought up to date first.
  static let samples: String = {
    if let path = ProcessInfo.processInfo.environment["PERFPROF_SAMPLES"] { return path }
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let folder = root.appendingPathComponent(".build/samples").path
    let made = try? run(["make", "-s", "-C", root.appendingPathComponent("Samples").path, "OUT=\(folder)"])
    if made?.status != 0 { print("samples: \(made?.errors ?? "make could not be started")") }
    return folder
  }()

  /// Whether there is something to test.
  static let hasBinary = FileManager.default.isExecutableFile(atPath: perfprof)
  /// Said when there is not.
  static let missingBinary = "there is no \(perfprof): build it, or name it in PERFPROF" as String

  /// Whether the tests run as root, as those must that change users or mount file systems.
  static let isRoot = geteuid() == 0

  /// Whether the kernel lets this process open perf events, judged by Debian's `perf` and not by perfprof.
  static let canSample: Bool = {
    guard hasBinary else { return false }
    if isRoot, FileManager.default.fileExists(atPath: "/proc/sys/kernel/perf_event_paranoid") {
      // A sandbox may refuse the system call even to root: then every perf program fails the same way.
      guard let tried = try? run(["perf", "stat", "-e", "cpu-clock", "true"]) else { return true }
      return tried.status == 0
    }
    let text = try? String(contentsOfFile: "/proc/sys/kernel/perf_event_paranoid", encoding: .utf8)
    return Int(text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "").map { $0 <= 2 } ?? false
  }()

  /// The path of a program, or nil where it isn't installed.
  static func path(of program: String, besides folders: [String] = []) -> String? {
    let search = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
    return (folders + search + ["/usr/sbin"]).map { "\($0)/\(program)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// The path of a built sample.
  static func sample(_ name: String) -> String { "\(samples)/\(name)" }
}
