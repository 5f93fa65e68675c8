import Foundation

/// A small C program, compiled for one test; its folder goes with it.
final class CompiledProgram {
  let path: String
  private let folder: String

  struct CompilerFailure: Error { var output: String }

  /// Compiles `source` with the machine's C compiler.
  init(_ source: String, _ flags: [String] = ["-O2"], compiler: String = "cc", suffix: String = "c") throws {
    folder = NSTemporaryDirectory() + "perfprof-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    path = folder + "/program"
    let file = folder + "/program." + suffix
    try source.write(toFile: file, atomically: true, encoding: .utf8)
    let (status, output) = try Self.run(["/usr/bin/env", compiler, "-w", "-o", path, file] + flags)
    guard status == 0 else { throw CompilerFailure(output: output) }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Runs a command to its end and returns its status and everything that it wrote.
  static func run(_ command: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }
}
