import ELF
import Foundation
import ProfileModel
import Testing

@Suite struct ImageLocatorTests {
  private let pid = ProcessInfo.processInfo.processIdentifier

  /// This process's executable mappings, from `/proc/self/maps`.
  private func mappings() throws -> [Mapping] {
    try String(contentsOfFile: "/proc/self/maps", encoding: .utf8).split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true).map(String.init)
      let range = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
      let device = fields[3].split(separator: ":").compactMap { UInt32($0, radix: 16) }
      guard fields[1].contains("x"), let offset = UInt64(fields[2], radix: 16), let inode = UInt64(fields[4]) else {
        return nil
      }
      return Mapping(
        start: range[0], end: range[1], fileOffset: offset, device: .init(major: device[0], minor: device[1]),
        inode: inode, path: fields.count > 5 ? fields[5].trimmingCharacters(in: .whitespaces) : "")
    }
  }

  @Test func opensEveryFileOfThisProcess() throws {
    let backed = try mappings().filter(\.isFileBacked)
    #expect(!backed.isEmpty)
    for mapping in backed {
      let image = try ImageLocator().open(pid: pid, mapping: mapping)
      #expect(image.bias(of: mapping) != nil, "\(mapping.path)")
    }
  }

  @Test func readsTheVDSOFromMemory() throws {
    guard let vdso = try mappings().first(where: { $0.path == "[vdso]" }) else { return }
    let image = try ImageLocator().open(pid: pid, mapping: vdso)
    #expect(image.section(named: ".eh_frame") != nil)
    #expect(image.buildID != nil)
  }

  @Test func refusesAnotherFileAtTheSamePath() throws {
    var mapping = try #require(try mappings().first(where: \.isFileBacked))
    mapping.path = "/usr/bin/env"
    mapping.start += 0x1000
    mapping.inode += 1
    #expect(throws: ELFError.self) { try ImageLocator().open(pid: pid, mapping: mapping) }
  }
}
