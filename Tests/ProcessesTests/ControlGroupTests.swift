import Foundation
import Testing

@testable import Processes

/// Control groups in folders that are made up.
@Suite struct ControlGroupTests {
  private let root: String
  private static let container = "3f2a9c0d1e4b5a6978695a4b3c2d1e0f3f2a9c0d1e4b5a6978695a4b3c2d1e0f"

  init() throws {
    root = NSTemporaryDirectory() + "perfprof-groups-\(UUID().uuidString)"
    let mount = "/mount"
    func group(_ path: String, _ processes: String) throws {
      let folder = root + mount + path
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try processes.write(toFile: folder + "/cgroup.procs", atomically: true, encoding: .utf8)
    }
    try group("", "1\n")
    try group("/system.slice/web.service", "10\n11\n")
    try group("/system.slice/web.service/worker", "12\n")
    try group("/system.slice/docker-\(Self.container).scope", "20\n")
    try FileManager.default.createDirectory(atPath: root + "/proc/self", withIntermediateDirectories: true)
    let line = "30 24 0:26 / \(root)\(mount) rw,nosuid - cgroup2 cgroup2 rw\n25 24 0:5 / /dev rw - devtmpfs udev rw\n"
    try line.write(toFile: root + "/proc/self/mountinfo", atomically: true, encoding: .utf8)
  }

  private func processes(_ name: String) throws -> [Int32] {
    try ControlGroup(named: name, procFolder: root + "/proc").processes
  }

  @Test("A group as /proc has it, its folder, and a container's number")
  func names() throws {
    #expect(try processes("/system.slice/web.service") == [10, 11, 12])
    #expect(try processes("system.slice/web.service/") == [10, 11, 12])
    #expect(try processes(root + "/mount/system.slice/web.service/worker") == [12])
    #expect(try processes(Self.container) == [20])
    #expect(try processes(String(Self.container.prefix(12))) == [20])
    #expect(try processes("/") == [1, 10, 11, 12, 20])
  }

  @Test("What is none", arguments: ["nobody", "../mount", "3f2a9c0d1e4", "3f2a9c0d1e4c", "/etc"])
  func none(name: String) {
    #expect(throws: ControlGroup.Problem.notFound) { try processes(name) }
  }
}
