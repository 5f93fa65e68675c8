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
      try copyProgram(Machine.sample("frames-fp"), to: program)
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
      try copyProgram(Machine.sample("shares-static"), to: folder.path("shares"))
      let target = try ChildProcess(["chroot", folder.path, "/shares", "60"])
      try #require(target.waitUntilReady())
      try expectShares(of: target.pid)
    }

    private static let namespaceOptions = [["--mount", "--pid"], ["--user", "--map-root-user", "--mount", "--pid"]]

    /// A command that runs `program` in namespaces of its own, with `folder` as its `/tmp`.
    private func contained(_ program: String, in namespaces: [String], folder: String) -> [String] {
      let script = "mount --bind '\(folder)' /tmp && exec \(program)"
      return ["unshare"] + namespaces + ["--fork", "--kill-child", "--", "/bin/sh", "-c", script]
    }

    @Test("JIT code in other namespaces", arguments: namespaceOptions, ["map", "dump"])
    func jit(_ namespaces: [String], _ how: String) throws {
      let folder = try TemporaryFolder()
      try copyProgram(Machine.sample("jit"), to: folder.path("jit"))
      let command = contained("env -C /tmp /tmp/jit 60 \(how)", in: namespaces, folder: folder.path)
      let target = try ChildProcess(command)
      try #require(target.waitUntilReady())
      let recorded = try Recorded.attached(to: try child(of: target.pid), seconds: 1)
      #expect(recorded.folded.percent(through: "main;run;jit_outer;jit_inner") >= 98, "\(recorded.summary)")
    }

    @Test("A container's own debug files are found, also after its end", arguments: namespaceOptions)
    func debugFile(_ namespaces: [String]) throws {
      let folder = try TemporaryFolder()
      try copyProgram(Machine.sample("shares-debuglink"), to: folder.path("shares-debuglink"))
      try FileManager.default.copyItem(atPath: Machine.sample(".debug"), toPath: folder.path(".debug"))
      let recorded = try Recorded.command(
        contained("/tmp/shares-debuglink 1", in: namespaces, folder: folder.path))
      #expect(recorded.folded.percent(through: "main;round_of_work") >= 90, "\(recorded.summary)")
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
