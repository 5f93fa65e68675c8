import BinaryReading
import ELF
import Foundation
import Testing

@testable import Symbolication

/// A temporary folder where tests build binaries; removed when it goes.
final class Workbench {
  let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.path + "/perfprof-symbols-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func path(_ name: String) -> String { folder + "/" + name }

  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
  }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
  }

  /// Runs a shell command in the folder; the test fails when it does.
  @discardableResult
  func run(_ command: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    let (output, errors) = (Pipe(), FileHandle(forWritingAtPath: "/dev/null"))
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(command)", sourceLocation: sourceLocation)
    return String(decoding: text, as: UTF8.self)
  }

  func image(_ name: String) throws -> ELFImage {
    try ELFImage(file: FileReader(path: path(name)))
  }

  /// Where `nm` finds a function in a file.
  func address(of function: String, in name: String) throws -> UInt64 {
    let line = try run("nm \(name)").split(separator: "\n").first { $0.hasSuffix(" " + function) }
    return try #require(line.flatMap { UInt64($0.prefix(16), radix: 16) })
  }

  static func has(_ tool: String) -> Bool {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(tool)") }
  }
}

/// Options that look nowhere but in the test's folder.
func options(_ folders: [String] = []) -> Symbolicator.Options {
  var options = Symbolicator.Options()
  options.debugFolders = folders
  options.usesDebuginfod = false
  return options
}

/// C with a local and a global function; `tiny` is local.
let smallProgram = """
  #include <stdio.h>
  static __attribute__((noinline)) int tiny(int x) { volatile int y = x; return y * 3; }
  __attribute__((noinline)) int shown(int x) { return tiny(x) + 1; }
  int main(int count, char **words) { printf("%d\\n", shown(count)); return 0; }
  """

/// C++ whose `leaf` is inlined into `outer` through `middle`.
let inliningProgram = """
  namespace ns {
  static inline __attribute__((always_inline)) int leaf(int x) { volatile int y = x; for (int i = 0; i < x; i++) y += i; return y; }
  static inline __attribute__((always_inline)) int middle(int x) { return leaf(x) + 1; }
  __attribute__((noinline)) int outer(int x) { return middle(x) * 2; }
  }
  int main(int count, char **) { return ns::outer(count); }
  """
