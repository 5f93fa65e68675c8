import Foundation
import ProfileModel
import Testing

@testable import UnwindTables

@Suite struct RealBinaryTests {
  /// Programs and libraries that are usually there, those of the Swift toolchain, and what the environment names.
  static let candidates: [String] = {
    var paths = [
      "/usr/bin/bash", "/lib/x86_64-linux-gnu/libc.so.6", "/lib64/ld-linux-x86-64.so.2",
      "/lib/x86_64-linux-gnu/libcrypto.so.3", "/lib/x86_64-linux-gnu/libstdc++.so.6", "/usr/bin/python3.11",
      "/usr/aarch64-linux-gnu/lib/libc.so.6", "/usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1",
      "/usr/lib32/libc.so.6", "/usr/lib32/ld-linux.so.2", "/usr/lib32/libgcc_s.so.1",
    ]
    if let swift = output(of: "sh", ["-c", "readlink -f $(command -v swift)"])?.split(separator: "\n").first {
      let usr = URL(fileURLWithPath: String(swift)).deletingLastPathComponent().deletingLastPathComponent()
      paths.append(usr.appendingPathComponent("lib/swift/linux/libswift_Concurrency.so").path)
    }
    let named = ProcessInfo.processInfo.environment["UNWIND_TABLES_IMAGES"] ?? ""
    return paths + named.split(separator: ":").map(String.init)
  }()

  @Test(arguments: candidates) func rowsEqualReadelfs(path: String) throws {
    guard let image = try TestImage(path: path), image.sections.ehFrame != nil,
      let dump = output(of: "readelf", ["--debug-dump=frames-interp", path])
    else {
      print("SKIPPED: \(path) or readelf is missing, or the file has no .eh_frame")
      return
    }
    let rows = ReadelfRows(dump).rows
    for usesHeader in [true, false] {
      var sections = image.sections
      if !usesHeader { sections.ehFrameHeader = nil }
      var table = UnwindTable(architecture: image.architecture, sections: sections)
      var comparison = Comparison()
      comparison.run(rows, &table)
      print("\(path): \(comparison.compared) rows, \(comparison.handedOn) handed on, \(table.footprint) bytes")
      #expect(comparison.compared > 100)
      let differences = comparison.differences.count
      #expect(differences == 0, "\(comparison.differences.prefix(5))")
    }
  }
}
