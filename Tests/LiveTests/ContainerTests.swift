import Foundation
import Testing

extension LiveTests {
  /// Targets whose paths mean something else than they do here.
  @Suite(.enabled(if: Machine.isRoot, "needs root, to make namespaces"))
  struct Containers {
    @Test("In mount and PID namespaces of its own, at a path that holds another program here")
    func namespaces() throws {
      let folder = try TemporaryFolder()
      let program = folder.path("program")
      try FileManager.default.copyItem(atPath: Machine.sample("frames-fp"), toPath: program)
      let target = try ChildProcess([
        "unshare", "--mount", "--pid", "--fork", "--kill-child", "--", "/bin/sh", "-c",
        "mount --bind \(Machine.sample("shares")) \(program) && exec \(program) 60",
      ])
      try #require(target.waitUntilReady())
      try expectShares(of: try child(of: target.pid))
    }

    @Test("Below another root folder")
    func changedRoot() throws {
      let folder = try TemporaryFolder()
      try FileManager.default.copyItem(atPath: Machine.sample("shares-static"), toPath: folder.path("shares"))
      let target = try ChildProcess(["chroot", folder.path, "/shares", "60"])
      try #require(target.waitUntilReady())
      try expectShares(of: target.pid)
    }

    private func expectShares(of pid: pid_t) throws {
      let recorded = try Recorded.attached(to: pid, seconds: 2)
      #expect(recorded.folded.rootedPercent >= 99.5, "\(recorded.summary)")
      let fifty = recorded.folded.percent(through: "main;round_of_work;fifty")
      #expect(abs(fifty - 50) <= 2, "\(recorded.summary)")
    }

    private func child(of pid: pid_t) throws -> pid_t {
      let children = try String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)
      return try #require(children.split(separator: " ").first.flatMap { pid_t($0) })
    }
  }
}
