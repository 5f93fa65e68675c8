import Foundation
import Testing

/// A program that judges look at: nobody wrote it for them, and it works on one thread until it is killed.
struct RealProgram: CustomTestStringConvertible, Sendable {
  var testDescription: String
  /// Makes it ready to run in a folder of its own; throws `NotInstalled`.
  private var prepare: @Sendable (_ folder: String) throws -> [String]
  /// Programs that the command is before it is the one that is meant, that one included.
  var execs: Int

  /// What is not on this machine.
  struct NotInstalled: Error { var name: String }

  init(_ name: String, execs: Int = 1, prepare: @escaping @Sendable (_ folder: String) throws -> [String]) {
    (testDescription, self.execs, self.prepare) = (name, execs, prepare)
  }

  /// Calls `body` with the command; where the program is not installed, says so instead.
  func run(_ body: (_ command: [String]) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "perfprof-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    do {
      try body(prepare(folder))
    } catch let missing as NotInstalled {
      print("skipped: \(missing.name) is not installed")
    }
  }

  /// The path of the first of these programs that is there; names without a slash are looked up in PATH.
  static func path(of names: String...) throws -> String {
    let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":").map(String.init) ?? []
    let paths = names.flatMap { name in name.contains("/") ? [name] : folders.map { $0 + "/" + name } }
    guard let path = paths.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
      throw NotInstalled(name: names[0])
    }
    return path
  }

  /// Runs a command that must succeed, and returns what it wrote.
  @discardableResult
  static func output(_ command: [String]) throws -> String {
    let (status, output) = try CompiledProgram.run(command)
    guard status == 0 else { throw CompiledProgram.CompilerFailure(output: output) }
    return output
  }

  /// One of the samples, if they are built.
  static func sample(_ name: String, _ arguments: String...) -> RealProgram {
    RealProgram("sample \(name)") { _ in
      let root = URL(fileURLWithPath: #filePath).pathComponents.dropLast(4).joined(separator: "/").dropFirst()
      let samples = ProcessInfo.processInfo.environment["PERFPROF_SAMPLES"] ?? root + "/.build/samples"
      return [try path(of: samples + "/" + name)] + arguments
    }
  }
}
