import Foundation
import Testing

extension LiveTests {
  /// Large programs that nobody here wrote, from Debian's packages, attached to by PID.
  @Suite struct Servers {
    private static let postgres =
      (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql"))?
      .sorted().last.map { "/usr/lib/postgresql/\($0)/bin" } ?? "/usr/lib/postgresql"

    @Test(
      "PostgreSQL under pgbench",
      .enabled(
        if: Machine.isRoot && Machine.path(of: "initdb", besides: [postgres]) != nil, "needs root and PostgreSQL"))
    func postgreSQL() throws {
      // A server refuses to run as root, and its user must reach the folder.
      let folder = try TemporaryFolder()
      chmod(folder.path, 0o755)
      let data = folder.path("data")
      try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
      try #require(try run(["chown", "postgres", data]).status == 0)
      let asPostgres = ["runuser", "-u", "postgres", "--"]
      func must(_ command: [String]) throws {
        let outcome = try run(asPostgres + command, folder: data)
        try #require(outcome.status == 0, "\(command): \(outcome.output)\(outcome.errors)")
      }
      try must(["\(Self.postgres)/initdb", "-D", "\(data)/cluster", "--auth=trust", "--no-sync"])
      try must([
        "\(Self.postgres)/pg_ctl", "-D", "\(data)/cluster", "-w", "-l", "\(data)/log", "-o",
        "-c listen_addresses='' -c unix_socket_directories=\(data) -c fsync=off", "start",
      ])
      defer { try? must(["\(Self.postgres)/pg_ctl", "-D", "\(data)/cluster", "-m", "immediate", "stop"]) }
      try must(["\(Self.postgres)/pgbench", "-h", data, "-i", "-s", "2", "-q", "postgres"])
      let pgbench = "\(Self.postgres)/pgbench -h \(data) -c 2 -T 60 -S -P 1 postgres"
      let load = try ChildProcess(asPostgres + ["/bin/sh", "-c", "exec \(pgbench) 2>&1"], folder: data)
      // The first report of its progress: its connections are open, and busy.
      while !(try #require(load.line())).hasPrefix("progress:") {}
      let postmaster = try #require(
        String(contentsOfFile: "\(data)/cluster/postmaster.pid", encoding: .utf8).split(separator: "\n").first)
      // Only children born later follow by themselves; those that are there are named.
      let children = try String(contentsOfFile: "/proc/\(postmaster)/task/\(postmaster)/children", encoding: .utf8)
      let pids = ([postmaster] + children.split(separator: " ")).joined(separator: ",")
      let recorded = try Recorded.attached(to: pids, seconds: 5)
      #expect(recorded.folded.total > 500, "\(recorded.summary)")
      #expect(recorded.folded.rootedPercent >= 99.5, "\(recorded.summary)")
      #expect(recorded.folded.percent(through: "PostgresMain") >= 80, "\(recorded.summary)")
      #expect(recorded.unnamedPercent < 0.5, "\(recorded.summary)")
      // Debian strips static functions' names; what a module has is used.
      let modules = try #require(recorded.info["modules"] as? [[String: Any]])
      for module in modules where (module["samples"] as? Int ?? 0) > 0 {
        #expect(module["symbols"] as? String != "none", "\(module)")
      }
    }

    @Test(
      "Debian's Python",
      .enabled(
        if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"), "needs Debian's Python"))
    func python() throws {
      let program = """
        print("READY", flush=True)
        import json, time
        end = time.monotonic() + 60
        def fibonacci(n): return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)
        while time.monotonic() < end:
            fibonacci(18)
            json.loads(json.dumps({str(i): [i] * 10 for i in range(1000)}))
        """
      let target = try ChildProcess(["/usr/bin/python3", "-c", program])
      try #require(target.waitUntilReady())
      let recorded = try Recorded.attached(to: target.pid, seconds: 3)
      #expect(recorded.folded.rootedPercent >= 99.5, "\(recorded.summary)")
      #expect(recorded.folded.percent(through: "_PyEval_EvalFrameDefault") >= 80, "\(recorded.summary)")
      #expect(recorded.unnamedPercent < 0.5, "\(recorded.summary)")
    }

    @Test("Node.js with a perf map", .enabled(if: Machine.path(of: "node") != nil, "needs Node.js"))
    func nodeMap() throws {
      let folder = try TemporaryFolder()
      let target = try ChildProcess(
        ["node", "--perf-basic-prof", "-e", Self.program(seconds: 60)], folder: folder.path)
      try #require(target.waitUntilReady())
      let recorded = try Recorded.attached(to: target.pid, seconds: 2)
      unlink("/tmp/perf-\(target.pid).map")
      #expect(recorded.folded.percent(through: "*hotLoop*") >= 80, "\(recorded.summary)")
      #expect(recorded.folded.rootedPercent >= 95, "\(recorded.summary)")
    }

    @Test("Node.js with a jitdump", .enabled(if: Machine.path(of: "node") != nil, "needs Node.js"))
    func nodeDump() throws {
      // Node.js writes the last megabytes at its end only: a jitdump is whole when the program was started here.
      let recorded = try Recorded.command(["node", "--perf-prof", "-e", Self.program(seconds: 2)])
      #expect(recorded.folded.percent(through: "*hotLoop*") >= 80, "\(recorded.summary)")
    }

    private static func program(seconds: Int) -> String {
      """
      function hotLoop(n) { let s = 0; for (let i = 0; i < n; i++) s = (s * 31 + i) % 1000003; return s; }
      const end = Date.now() + \(seconds * 1000);
      for (let i = 0; i < 200; i++) hotLoop(10000);
      console.log("READY");
      while (Date.now() < end) hotLoop(1000000);
      """
    }
  }
}
