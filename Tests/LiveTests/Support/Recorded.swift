import Foundation
import Testing

/// One run of `perfprof record`, with what it wrote.
struct Recorded {
  /// Holds `out.perfprof` and `out.folded`.
  var folder: TemporaryFolder
  /// How `record` ended and what it said.
  var outcome: Outcome
  /// The folded stacks.
  var folded: FoldedText
  /// `info --json` of the recording.
  var info: [String: Any]

  /// Starts a sample, waits until its stacks are there, and records it.
  static func sample(
    _ name: String, _ arguments: [String] = ["60"], seconds: Double = 2, options: [String] = [], folder: String? = nil
  ) throws -> Recorded {
    let target = try ChildProcess([Machine.sample(name)] + arguments, folder: folder)
    try #require(target.waitUntilReady(), "\(name) did not get ready")
    return try attached(to: target.pid, seconds: seconds, options: options)
  }

  /// Records a running process.
  static func attached(to pid: pid_t, seconds: Double, options: [String] = []) throws -> Recorded {
    try attached(to: "\(pid)", seconds: seconds, options: options)
  }

  /// Records running processes, with commas between them.
  static func attached(to pids: String, seconds: Double, options: [String] = []) throws -> Recorded {
    try recording(["-p", pids, "-d", "\(seconds)"] + options)
  }

  /// Records a command from its start to its end.
  static func command(
    _ command: [String], options: [String] = [], environment: [String: String] = [:]
  ) throws -> Recorded {
    try recording(options + ["--"] + command, environment: environment)
  }

  /// Records every process of the machine.
  static func machine(seconds: Double, options: [String] = []) throws -> Recorded {
    try recording(["-a", "-d", "\(seconds)"] + options)
  }

  private static func recording(_ arguments: [String], environment: [String: String] = [:]) throws -> Recorded {
    let folder = try TemporaryFolder()
    let files = ["-o", folder.path("out.perfprof"), "-o", folder.path("out.folded")]
    let outcome = try run(
      [Machine.perfprof, "record", "-F", "1999"] + files + arguments, folder: folder.path, environment: environment)
    let text = try? folder.text("out.folded")
    let folded = try #require(text.flatMap(FoldedText.init), "no folded stacks; record said: \(outcome.errors)")
    let info = try #require(
      try? json(of: [Machine.perfprof, "info", "--json", folder.path("out.perfprof")]), "info failed")
    return Recorded(folder: folder, outcome: outcome, folded: folded, info: info)
  }

  /// A number in `info --json`, by its path.
  func number(_ path: String...) -> Double? {
    var value: Any? = info
    for key in path { value = (value as? [String: Any])?[key] }
    return (value as? NSNumber)?.doubleValue
  }

  /// What `info --json` says of the module whose file has this name.
  func module(_ name: String) -> [String: Any]? {
    (info["modules"] as? [[String: Any]])?.first { ($0["path"] as? String)?.hasSuffix("/" + name) ?? false }
  }

  /// The share of samples whose leaf has no name although it lies in a module of which a full symbol table was found.
  ///
  /// Stripped programs without a debug file have names for exported functions only; the rest is nowhere on disk.
  var unnamedPercent: Double {
    let stripped = (info["modules"] as? [[String: Any]] ?? []).filter { module in
      let source = module["symbols"] as? String ?? ""
      return [".symtab", ".gopclntab", "debug", "kallsyms", "jitdump", "perf map"].allSatisfy { !source.contains($0) }
    }
    let names = Set(stripped.compactMap { ($0["path"] as? String)?.split(separator: "/").last })
    return folded.percent { frames in
      guard let leaf = frames.last, let offset = leaf.range(of: "+0x") else { return false }
      return !names.contains(leaf[..<offset.lowerBound])
    }
  }

  /// What to show when an expectation fails.
  var summary: String {
    let heaviest = folded.stacks.sorted { $0.count > $1.count }.prefix(8)
    return heaviest.map { "\($0.count) \($0.frames.joined(separator: ";").prefix(600))" }.joined(separator: "\n")
      + "\n\(outcome.errors)"
  }
}

/// The JSON object that a command prints.
func json(of command: [String]) throws -> [String: Any] {
  let outcome = try run(command)
  #expect(outcome.status == 0, "\(outcome.errors)")
  let value = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
  return try #require(value as? [String: Any])
}

/// Runs `perfprof` to its end.
func perfprof(
  _ arguments: String..., folder: String? = nil, environment: [String: String] = [:], input: String = "/dev/null"
) throws -> Outcome {
  try run([Machine.perfprof] + arguments, folder: folder, environment: environment, input: input)
}
