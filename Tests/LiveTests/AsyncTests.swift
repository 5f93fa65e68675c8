import Foundation
import Testing

extension LiveTests {
  /// Who awaits an async function is shown below it, and is the truth: by functions that are reached on one path only.
  @Suite struct Async {
    @Test(
      "The callers of async functions are those of the path that the function tells",
      arguments: ["awaits", "awaits-onone", "awaits-static", "awaits-stripped"], [2_000, 20_000])
    func paths(_ program: String, _ steps: Int) throws {
      let paths = AwaitedPaths(try run([Machine.sample(program), "paths"]).output)
      try #require(paths.leaves.count > 10)
      let recorded = try Recorded.command([Machine.sample(program), "\(steps)", "4"])
      let verdict = paths.judge(recorded.folded)
      #expect(verdict.total > 100, "\(recorded.summary)")
      // What is not right is marked as such, or has the executor for its root: the first 40 ms, while the runtime is found
      // (1 % of 4 s), tasks whose parents ran meanwhile, and moments between two tasks. 99 % is the goal; 97 to 99.5 come out.
      #expect(verdict.rightPercent >= 95, "\(verdict)")
      #expect(verdict.wrongPercent <= 0.1, "\(verdict)")
    }

    @Test("A thread that is stopped for its samples shows the same callers")
    func stopped() throws {
      let paths = AwaitedPaths(try run([Machine.sample("awaits"), "paths"]).output)
      let recorded = try Recorded.command(
        [Machine.sample("awaits"), "30000", "3"], options: ["--sampler", "ptrace", "-F", "199"])
      let verdict = paths.judge(recorded.folded)
      #expect(verdict.total > 20, "\(recorded.summary)")
      // A process's first sample tells that it has tasks; it is read while the thread runs on, and marked so.
      let marked = verdict.marked.values.reduce(0, +)
      #expect(marked <= max(1, verdict.total / 100), "\(verdict)")
      #expect(verdict.wrong.isEmpty, "\(verdict)")
    }

    @Test("A task's name stands for what runs it, and the executor's frames are shown when asked for")
    func views() throws {
      // A task's name is read while it lives: of those that are over at once there is none.
      let recorded = try Recorded.command([Machine.sample("awaits"), "200000000", "1.5", "detached"])
      #expect(
        recorded.folded.percent(through: "[Swift task: apart];*viaDetached*;leafDetached*") >= 60, "\(recorded.summary)"
      )
      #expect(recorded.folded.percent(through: "swift_job_run*;leafDetached*") == 0, "\(recorded.summary)")
      let shown = try perfprof(
        "convert", recorded.folder.path("out.perfprof"), "-o", recorded.folder.path("all.folded"), "--executor-frames")
      #expect(shown.status == 0, "\(shown.errors)")
      let all = try #require(FoldedText(try recorded.folder.text("all.folded")))
      #expect(all.percent(through: "*job_run*;[Swift task: apart];*viaDetached*;leafDetached*") >= 60)
      let note = (recorded.info["facts"] as? [[String: Any]] ?? []).first { $0["fact"] as? String == "asyncStacks" }
      let samples = note?["samples"] as? Int ?? 0
      #expect(samples > 0 && note?["complete"] as? Int ?? 0 >= samples * 95 / 100, "\(recorded.info)")
      // The first ones may come before the kernel's program is told of the process.
      #expect(note?["inTime"] as? Int ?? 0 >= samples * 95 / 100, "\(recorded.info)")
    }
  }
}
