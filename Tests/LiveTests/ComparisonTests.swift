import Foundation
import Testing

extension LiveTests {
  /// What `diff` and `ab` call a change, on programs whose shares are known.
  @Suite struct Comparison {
    private static func verdicts(_ result: [String: Any]) throws -> Set<String> {
      let functions = try #require(result["functions"] as? [[String: Any]])
      return Set(functions.compactMap { ($0["self"] as? [String: Any])?["verdict"] as? String })
    }

    @Test("The same program twice has no verdict slower or faster, alone, beside others, and as a baseline")
    func equal() throws {
      let first = try Recorded.sample("shares")
      let second = try Recorded.sample("shares")
      let (before, after) = (first.folder.path("out.perfprof"), second.folder.path("out.perfprof"))
      let baseline = first.folder.path("perf.baseline")
      let written = try perfprof("convert", "--baseline", before, "-o", baseline)
      #expect(written.status == 0, "\(written.errors)")
      #expect(try first.folder.text("perf.baseline").utf8.count < 100_000)
      for sides in [
        [before, after], [before, "--", after], [baseline, "--", after], [before, before, "--", after, after],
      ] {
        let result = try json(of: [Machine.perfprof, "diff"] + sides + ["--json", "--fail-if", "self:slower>1%"])
        let verdicts = try Self.verdicts(result)
        #expect(verdicts.isDisjoint(with: ["slower", "faster"]), "\(sides): \(verdicts)")
      }
    }

    @Test("A gate that fails ends with status 1 and tells the rows; one that can't be checked says so")
    func gates() throws {
      let first = try Recorded.sample("shares")
      let second = try Recorded.sample("sorting")
      let (before, after) = (first.folder.path("out.perfprof"), second.folder.path("out.perfprof"))
      for gate in ["self:slower>5%", "self>5"] {
        let outcome = try perfprof("diff", before, after, "--fail-if", gate)
        #expect(outcome.status == 1, "\(gate): \(outcome.errors)")
        #expect(outcome.errors.contains("points to +"), "\(outcome.errors)")
      }
      let passed = try perfprof("diff", before, after, "--fail-if", "self(fifty):slower>0%", "--markdown")
      #expect(passed.status == 0 && passed.output.hasPrefix("### perfprof: "), "\(passed.errors)")
      #expect(try perfprof("diff", before, after, "--fail-if", "self(nothing):slower>0%").status == 66)
      #expect(try perfprof("diff", before, after, "--fail-if", "total:slower>5%").status == 64)
      #expect(try perfprof("diff", before, "--", after, "--fail-if", "worse").status == 64)
    }

    private static let mayCount =
      Machine.isRoot && FileManager.default.fileExists(atPath: "/sys/kernel/tracing/uprobe_events")

    /// Records so many calls in each of six threads and three more in a child, of so many microseconds each.
    private static func calls(_ count: Int, microseconds: Int, _ symbol: String) throws -> Recorded {
      try Recorded.command(
        ["sh", "-c", "echo | \(Machine.sample("calls")) 3 \(count) \(microseconds)"],
        options: ["--work-symbol", symbol])
    }

    @Test(
      "Calls are counted, and what one takes is compared", .enabled(if: mayCount, "uprobes are for root, by tracefs"))
    func countedCalls() throws {
      let symbol = "\(Machine.sample("calls")):handle_call"
      let runs = try [(300, 200), (600, 200), (300, 400)].map { try Self.calls($0.0, microseconds: $0.1, symbol) }
      for (run, count) in zip(runs, [300, 600, 300]) {
        // The program's own account; of threads that are just being made the kernel misses a few.
        #expect(run.outcome.output.contains("CALLS \(9 * count)"))
        let counted = try #require(run.number("work", "count"))
        #expect((0.98...1.0).contains(counted / Double(9 * count)), "\(counted) of \(9 * count)")
      }
      let files = runs.map { $0.folder.path("out.perfprof") }
      // Twice the CPU time for twice the calls is no change; for the same number it is.
      let same = try json(of: [Machine.perfprof, "diff", files[0], files[1], "--json", "--tolerance", "10%"])
      #expect(same["per"] as? String == "work")
      let whole = try #require(same["whole"] as? [String: Any])
      #expect(
        whole["verdict"] as? String != "slower" && whole["verdict"] as? String != "faster", "\(same["sentence"] ?? "")")
      let slower = try json(of: [Machine.perfprof, "diff", files[0], files[2], "--json"])
      let sentence = try #require(slower["sentence"] as? String)
      #expect(sentence.contains("more CPU for each call of `handle_call`"), "\(sentence)")
      #expect((slower["whole"] as? [String: Any])?["verdict"] as? String == "slower", "\(sentence)")
      #expect(
        try json(of: [Machine.perfprof, "diff", files[0], files[2], "--json", "--per", "share"])["per"] as? String
          == "share")
      // Nothing of it stays in the kernel.
      let left = try String(contentsOfFile: "/sys/kernel/tracing/uprobe_events", encoding: .utf8)
      #expect(!left.contains("calls_0 \(Machine.sample("calls"))"), "\(left)")
    }

    @Test(
      "Calls of a running program are counted, those of threads and processes to come as well",
      .enabled(if: mayCount, "uprobes are for root, by tracefs"))
    func countedCallsAttached() throws {
      let folder = try TemporaryFolder()
      try #require(mkfifo(folder.path("go"), 0o600) == 0)
      let target = try ChildProcess(
        ["sh", "-c", "exec 3<>go; exec \(Machine.sample("calls")) 4 500 100 <&3"], folder: folder.path)
      try #require(target.waitUntilReady())
      let recorder = try ChildProcess(
        [Machine.perfprof, "record", "-p", "\(target.pid)", "--work-symbol", "handle_call", "-o", "out.perfprof"],
        folder: folder.path, errors: folder.path("errors"))
      // Sampling has begun once its file has a header.
      func isRecording() -> Bool {
        folder.names.contains { name in
          guard name.contains("perfprof") else { return false }
          return (try? Data(contentsOf: URL(fileURLWithPath: folder.path(name))).count) ?? 0 > 16
        }
      }
      while !isRecording() { try #require(!recorder.hasEnded) }
      try Data("\n".utf8).write(to: URL(fileURLWithPath: folder.path("go")))
      #expect(target.line() == "CALLS 6000")
      #expect(recorder.wait(atMost: 60) == .exited(0))
      let info = try json(of: [Machine.perfprof, "info", "--json", folder.path("out.perfprof")])
      let counted = ((info["work"] as? [String: Any])?["count"] as? NSNumber)?.intValue ?? 0
      #expect((5_880...6_000).contains(counted))
    }

    @Test(
      "A function whose calls can't be counted is told why", .enabled(if: mayCount, "uprobes are for root, by tracefs"))
    func uncountable() throws {
      let sample = Machine.sample("calls")
      let folder = try TemporaryFolder()
      for (options, status, words) in [
        (["--work-symbol", "no_such_function", "--", sample], 66, "no function of this name in \(sample)"),
        (["--work-symbol", "handle_call", "--", "/etc/passwd"], 66, "can't be read as a program"),
        (["--work-symbol", "handle_call", "-a"], 64, "with -a name the file"),
        (["--work-symbol", "", "--", sample], 64, "name a function"),
      ] as [([String], Int32, String)] {
        let outcome = try run([Machine.perfprof, "record", "-o", folder.path("out.folded")] + options)
        #expect(outcome.status == status, "\(options): \(outcome.errors)")
        #expect(outcome.errors.contains(words), "\(options): \(outcome.errors)")
      }
    }

    @Test("ab finds that a command takes twice the CPU time, and leaves no files")
    func pairs() throws {
      let folder = try TemporaryFolder()
      let program = Machine.sample("brief")
      let outcome = try run(
        [
          Machine.perfprof, "ab", "-n", "5", "--warm-up", "0", "-F", "999", "--before", "\(program) fork 1 150",
          "--after",
          "\(program) fork 1 300", "--json", "--fail-if", "total:slower>50%", "-o", folder.path("change.html"),
        ], environment: ["TMPDIR": folder.path])
      #expect(outcome.status == 1, "\(outcome.errors)")
      let result = try #require(
        try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any], "\(outcome.output)")
      #expect((result["units"] as? [String: Any])?["kind"] as? String == "runs")
      #expect((result["whole"] as? [String: Any])?["verdict"] as? String == "slower")
      #expect((result["sentence"] as? String)?.contains("more CPU for the same work") == true)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["change.html"])
    }
  }
}
