import Foundation
import Testing

extension LiveTests {
  /// Targets that see other file systems than the profiler, or other numbers of processes.
  @Suite(.enabled(if: Machine.isRoot && Machine.path(of: "unshare") != nil, "needs root and unshare"))
  struct Containers {
    private static let namespaces = [["--mount", "--pid"], ["--user", "--map-root-user", "--mount", "--pid"]]

    /// A command that runs `program` in namespaces of its own, with `folder` as its `/tmp`.
    private func contained(_ program: [String], in namespaces: [String], folder: String) -> [String] {
      let script = "mount --bind '\(folder)' /tmp && exec \(program.joined(separator: " "))"
      return ["unshare"] + namespaces + ["--fork", "--kill-child", "sh", "-c", script]
    }

    private func child(of process: ChildProcess) throws -> pid_t {
      let text = try String(contentsOfFile: "/proc/\(process.pid)/task/\(process.pid)/children", encoding: .utf8)
      return try #require(text.split(separator: " ").first.flatMap { pid_t($0) })
    }

    @Test("JIT code in another PID, mount or user namespace", arguments: namespaces, ["map", "dump"])
    func jit(_ namespaces: [String], _ how: String) throws {
      let folder = try TemporaryFolder()
      try FileManager.default.copyItem(atPath: Machine.sample("jit"), toPath: folder.path("jit"))
      let target = try ChildProcess(
        contained(["/tmp/jit", "60", how], in: namespaces, folder: folder.path), folder: folder.path)
      try #require(target.waitUntilReady())
      let recorded = try Recorded.attached(to: try child(of: target), seconds: 1)
      #expect(recorded.folded.percent(through: "main;run;jit_outer;jit_inner") >= 98, "\(recorded.summary)")
    }

    @Test("A container's own debug files are found, also after its end", arguments: namespaces)
    func debugFile(_ namespaces: [String]) throws {
      let folder = try TemporaryFolder()
      for name in ["shares-debuglink", ".debug"] {
        try FileManager.default.copyItem(atPath: Machine.sample(name), toPath: folder.path(name))
      }
      let recorded = try Recorded.command(
        contained(["/tmp/shares-debuglink", "1"], in: namespaces, folder: folder.path))
      #expect(recorded.folded.percent(through: "main;round_of_work") >= 90, "\(recorded.summary)")
      #expect(recorded.outcome.errors.contains("no symbols") == false, "\(recorded.outcome.errors)")
    }

    @Test("Below chroot, a path means another file than here")
    func changedRoot() throws {
      let folder = try TemporaryFolder()
      let (path, root) = (folder.path("program"), folder.path("root"))
      try FileManager.default.createDirectory(atPath: root + folder.path, withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: Machine.sample("shares-static"), toPath: root + path)
      try FileManager.default.copyItem(atPath: Machine.sample("frames-fp"), toPath: path)
      let target = try ChildProcess(["chroot", root, path, "60"])
      try #require(target.waitUntilReady())
      let recorded = try Recorded.attached(to: target.pid, seconds: 2)
      #expect(abs(recorded.folded.percent(through: "main;round_of_work;fifty") - 50) <= 3, "\(recorded.summary)")
      #expect(recorded.folded.rootedPercent >= 99.5, "\(recorded.summary)")
    }
  }
}
