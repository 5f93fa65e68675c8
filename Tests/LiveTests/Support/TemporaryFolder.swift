import Foundation
import Testing

/// A folder that vanishes with this value.
final class TemporaryFolder {
  /// The folder's path.
  let path: String

  /// Creates the folder.
  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("perfprof-live-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in it.
  func path(_ name: String) -> String { "\(path)/\(name)" }

  /// What is in it, sorted.
  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

  /// The text of a file in it.
  func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }
}

/// Copies a program so that everyone can run it at once.
///
/// By another process: a descriptor open for writing in this one would pass to what other tests fork in the meantime,
/// and a file that is open for writing can't be run.
func copyProgram(_ path: String, to copy: String) throws {
  let outcome = try run(["install", "-m", "755", path, copy])
  try #require(outcome.status == 0, "\(outcome.errors)")
}
