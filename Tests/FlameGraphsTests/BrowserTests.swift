import Foundation
import Testing

/// Hands the pictures to a real browser; `Tests/BrowserTests/flamegraph.py` says what it looks at.
@Suite struct BrowserTests {
  @Test func theViewerWorksInABrowser() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "flamegraphs-\(ProcessInfo.processInfo.processIdentifier)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let kept = ProcessInfo.processInfo.environment["FLAMEGRAPH_PICTURES"].map { URL(filePath: $0) }
    for picture in Pictures.all {
      for place in [folder, kept].compactMap(\.self) {
        try Data(picture.bytes).write(to: place.appending(path: picture.name))
      }
    }
    let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "BrowserTests/flamegraph.py")
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", script.path, "--pictures", folder.path]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    print(text)
    if process.terminationStatus == 77 { return print("SKIPPED: browser tests; \(text)") }
    #expect(process.terminationStatus == 0, "\(text)")
  }
}
