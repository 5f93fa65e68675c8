import Foundation
import Testing

extension LiveTests {
  /// What perfprof does to its target: nothing.
  @Suite struct Target {
    /// What `Samples/C/giving.c` can take on.
    private static let situations = [
      "nothing", "ignored", "pipe-ignored", "children-ignored", "hidden-signals", "blocked", "pending", "no-input",
      "no-streams", "descriptors", "limits", "mask-and-folder", "nice", "one-processor", "batch", "real-time",
      "reset-on-fork", "group", "session", "death-signal", "reaper", "privileges", "slack", "pages",
      "fixed-addresses", "proc-files", "timers",
    ]

    /// `perfprof record`, to be put before a command.
    private func record(_ sampler: String, in folder: TemporaryFolder) -> [String] {
      [Machine.perfprof, "record", "--quiet", "--sampler", sampler, "-o", folder.path("out.folded"), "--"]
    }

    @Test("A program finds all of its process as it would without perfprof", arguments: situations)
    func givenTheSame(_ situation: String) throws {
      let folder = try TemporaryFolder()
      let report = folder.path("report")
      let program = [Machine.sample("given"), report, "a b", ""]
      // The same files and the same order of variables each time.
      let path = try #require(ProcessInfo.processInfo.environment["PATH"])
      let setting =
        ["env", "-i", "PATH=\(path)", "EMPTY=", "ODD=x;y\nz", "SWIFT_BACKTRACE=enable=no", "EMPTY=again"]
        + ["sh", "-c", "exec \"$@\" >/dev/null 2>&1", "sh", Machine.sample("giving"), situation]
      func lines(_ command: [String]) throws -> [Substring] {
        let outcome = try run(setting + command, folder: folder.path)
        #expect(outcome.status == 42, "\(outcome.errors)")
        defer { try? FileManager.default.removeItem(atPath: report) }
        return try folder.text("report").split(separator: "\n", omittingEmptySubsequences: false)
      }
      let alone = try lines(program)
      #expect(alone.count > 150)
      for sampler in ["perf", "ptrace"] {
        let recorded = try lines(record(sampler, in: folder) + program)
        #expect(recorded.difference(from: alone).isEmpty, "\(sampler): \(recorded.difference(from: alone))")
      }
    }

    @Test("A writer whose reader goes ends by SIGPIPE, as without perfprof", arguments: ["perf", "ptrace"])
    func pipes(_ sampler: String) throws {
      let folder = try TemporaryFolder()
      let prefix = record(sampler, in: folder)
      let statuses = try run(prefix + ["bash", "-c", "yes | head -1; echo ${PIPESTATUS[@]}"], folder: folder.path)
      #expect(statuses.output == "y\n141 0\n")
      #expect(statuses.errors == "")
      let endless = try run(
        prefix + ["sh", "-c", "(while :; do echo x; done) 2>/dev/null | head -1"], folder: folder.path, atMost: 30)
      #expect(endless.status == 0)
      #expect(endless.output == "x\n")
    }

    @Test("An alarm that was set before is the program's", arguments: ["perf", "ptrace"])
    func alarm(_ sampler: String) throws {
      let folder = try TemporaryFolder()
      let alone = try run([Machine.sample("giving"), "alarm", "sleep", "60"])
      #expect(alone.status == 128 + SIGALRM)
      let recorded = try run(
        [Machine.sample("giving"), "alarm"] + record(sampler, in: folder) + ["sleep", "60"], folder: folder.path)
      #expect(recorded.status == 128 + SIGALRM, "\(recorded.errors)")
      #expect(folder.names == ["out.folded"])
    }

    @Test("A limit of files' size is no more than an error of writing")
    func fileSize() throws {
      let folder = try TemporaryFolder()
      let command = record("perf", in: folder).map { "'\($0)'" }.joined(separator: " ")
      let outcome = try run(
        ["sh", "-c", "ulimit -f 0; exec \(command) \(Machine.sample("shares")) 0.2 >/dev/null"], folder: folder.path)
      #expect(outcome.status == 73)
    }

    @Test(
      "With capabilities of its own perfprof hands on what the C library hides from it",
      .enabled(if: Machine.isRoot, "only root gives capabilities to files"))
    func environmentBesideCapabilities() throws {
      let folder = try TemporaryFolder()
      chmod(folder.path, 0o777)
      let copy = folder.path("perfprof")
      try copyProgram(Machine.perfprof, to: copy)
      let setcap = try #require(Machine.path(of: "setcap", besides: ["/sbin"]))
      #expect(try run([setcap, "cap_perfmon,cap_sys_ptrace+ep", copy]).status == 0)
      // A dictionary's order is another each time, and the order is handed on, too.
      let user =
        ["env", "-i", "PATH=/usr/bin:/bin", "LD_LIBRARY_PATH=/nowhere", "MALLOC_ARENA_MAX=1", "EMPTY=", "ODD=x;y\nz"]
        + ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
      let alone = try run(user + ["env"])
      #expect(alone.output.contains("LD_LIBRARY_PATH=/nowhere"))
      for sampler in ["perf", "ptrace"] {
        let recorded = try run(
          user + [
            copy, "record", "--quiet", "--sampler", sampler, "-o", folder.path("\(sampler).folded"), "--", "env",
          ])
        #expect(recorded.status == 0, "\(recorded.errors)")
        #expect(recorded.output == alone.output)
      }
    }

    @Test("Programs give the same output, status and files with perfprof and without")
    func programs() throws {
      let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Tools/Benchmarks/fidelity.py").path
      let outcome = try run(
        ["/usr/bin/python3", script, "--quick"], environment: ["PERFPROF": Machine.perfprof], atMost: 600)
      #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
      #expect(outcome.output.contains("| ptrace |"), "\(outcome.output)\(outcome.errors)")
    }

    /// The calls that `Samples/C/blocked.c` has a thread wait in each.
    private static let calls = [
      "epoll_wait", "recv", "send", "accept", "connect", "sigtimedwait", "semtimedop", "semop", "msgrcv", "nanosleep",
      "poll", "select", "futex", "io_getevents", "pause",
    ]

    @Test(
      "Blocked threads' system calls go on, however they are sampled",
      arguments: [["ptrace", "--idle"], ["ptrace"], ["perf"]])
    func blockedCalls(_ options: [String]) throws {
      let target = try ChildProcess([Machine.sample("blocked"), "4"])
      try #require(target.waitUntilReady())
      let recorded = try Recorded.attached(to: target.pid, seconds: 2, options: ["--sampler"] + options)
      var told: [String: String] = [:]
      while let line = target.line() {
        let words = line.split(separator: " ").map(String.init)
        if words.count == 4 { told[words[0]] = words[1] }
      }
      #expect(told == Dictionary(uniqueKeysWithValues: Self.calls.map { ($0, "0") }), "times that a call saw EINTR")
      #expect(target.wait() == .exited(0))
      guard options.contains("--idle") else { return }
      let folded = recorded.folded
      #expect(folded.rootedPercent >= 99.9, "\(recorded.summary)")
      for call in Self.calls {
        let waits = { (frames: [String]) in frames.contains("wait_in_\(call)") }
        #expect(folded.stacks.contains { waits($0.frames) }, "nothing was seen in \(call)")
        let right = folded.percent(of: waits) { frames in
          let thread = frames.drop { $0 != "start_thread" }.prefix(3)
          return thread.elementsEqual(["start_thread", "blocked_thread", "wait_in_\(call)"])
        }
        #expect(right == 100, "\(call): \(recorded.summary)")
      }
      // Each thread is seen as often as every other.
      let counts = Self.calls.map { call in folded.percent { $0.contains("wait_in_\(call)") } }
      #expect((counts.min() ?? 0) > (counts.max() ?? 0) * 0.8, "\(counts)")
    }

    @Test(
      "ptrace knows a program's libraries from its first sample on", arguments: ["shares", "plugin", "frames-nofp"])
    func fromTheStart(_ sample: String) throws {
      let recorded = try Recorded.command([Machine.sample(sample), "0.3"], options: ["--sampler", "ptrace"])
      #expect(recorded.outcome.status == 0)
      #expect(recorded.folded.total > 50, "\(recorded.summary)")
      #expect(recorded.folded.rootedPercent == 100, "\(recorded.summary)")
      let inMain = { (frames: [String]) in frames.contains("main") }
      let whole = recorded.folded.percent(of: inMain) { frames in
        frames.dropFirst().prefix(4).elementsEqual(
          ["_start", "__libc_start_main", "__libc_start_call_main", "main"],
          by: { $0 == $1 || $0.hasPrefix("__libc_start_main") && $1 == "__libc_start_main" })
      }
      #expect(whole == 100, "\(recorded.summary)")
    }

    @Test("A leaf where nothing is mapped says so", arguments: ["perf", "ptrace"])
    func unmapped(_ sampler: String) throws {
      let recorded = try Recorded.sample("wild", seconds: 1, options: ["--sampler", sampler])
      #expect(recorded.folded.percent(through: "main;call_nowhere;[unmapped]") > 5, "\(recorded.summary)")
      #expect(!recorded.folded.stacks.contains { $0.frames.contains { $0.hasPrefix("[jit]") } }, "\(recorded.summary)")
      let file = recorded.folder.path("out.perfprof")
      #expect(try perfprof("report", "--sort", "total", file).output.contains("[unmapped]"))
      for name in ["out.svg", "out.speedscope.json"] {
        let outcome = try perfprof("convert", file, "-o", recorded.folder.path(name))
        #expect(outcome.status == 0, "\(outcome.errors)")
        let text = try recorded.folder.text(name)
        #expect(text.contains("[unmapped]") && !text.contains("[jit]"))
      }
    }
  }
}
