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
