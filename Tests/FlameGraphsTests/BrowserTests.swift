import Foundation
import Testing

/// Hands pictures and pages to a real browser; `Tests/BrowserTests` says what it looks at.
@Suite struct BrowserTests {
  @Test(arguments: [("flamegraph.py", "--pictures"), ("page.py", "--pages"), ("firefox.py", "--pages")])
  func theViewerWorksInABrowser(_ script: String, _ option: String) throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "flamegraphs-\(script)-\(ProcessInfo.processInfo.processIdentifier)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let kept = ProcessInfo.processInfo.environment["FLAMEGRAPH_PICTURES"].map { URL(filePath: $0) }
    for picture in Pictures.all {
      for place in [folder, kept].compactMap(\.self) {
        try Data(picture.bytes).write(to: place.appending(path: picture.name))
      }
    }
    let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "BrowserTests/\(script)")
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", path.path, option, folder.path]
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
