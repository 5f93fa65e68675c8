import Foundation
import Testing

extension LiveTests {
  /// Views of one recording agree with each other.
  @Suite struct Views {
    @Test("info, report, folded and speedscope count the same")
    func agreement() throws {
      let recorded = try Recorded.sample("shares")
      let file = recorded.folder.path("out.perfprof")
      let samples = try #require(recorded.number("samples"))
      #expect(Int(samples) == recorded.folded.total)
      #expect(recorded.number("stacks", "rooted") == samples, "\(recorded.info)")
      #expect(try #require(recorded.number("selfSamples", "symbolized")) >= 0.99 * samples)
      #expect(["perf:cycles", "perf:cpu-clock"].contains(recorded.info["sampler"] as? String))
      #expect(recorded.number("frequency", "requested") == 1999)
      let actual = try #require(recorded.number("frequency", "actual"))
      #expect(abs(actual - 1999) < 60, "\(actual) Hz")
      #expect(try #require(recorded.number("profiler", "cpuSeconds")) > 0)
      #expect(try #require(recorded.number("profiler", "peakResidentBytes")) > 1_000_000)

      let report = try json(of: [Machine.perfprof, "report", "--json", file])
      let functions = try #require(report["functions"] as? [[String: Any]])
      let fifty = try #require(functions.first { $0["name"] as? String == "fifty" })
      #expect(abs(100 * Double(fifty["self"] as? Int ?? 0) / samples - 50) <= 2)
      #expect((fifty["module"] as? String)?.hasSuffix("shares") ?? false)
      let selfCounts = functions.compactMap { $0["self"] as? Int }
      #expect(selfCounts == selfCounts.sorted(by: >))

      let speedscope = try perfprof("convert", file, "-o", "-", "--format", "speedscope")
      let object = try JSONSerialization.jsonObject(with: Data(speedscope.output.utf8)) as? [String: Any]
      let profiles = try #require(object?["profiles"] as? [[String: Any]])
      let weights = profiles.compactMap { $0["samples"] as? [[Int]] }.reduce(0) { $0 + $1.count }
      #expect(weights > 0 && weights <= Int(samples))
    }

    @Test("The same recording gives the same bytes", arguments: ["folded", "svg", "speedscope"])
    func deterministic(_ format: String) throws {
      let recorded = try Recorded.sample("features", seconds: 1)
      let file = recorded.folder.path("out.perfprof")
      let once = try perfprof("convert", file, "-o", "-", "--format", format)
      let again = try perfprof("convert", file, "-o", "-", "--format", format)
      #expect(once.status == 0 && once.output == again.output && !once.output.isEmpty, "\(once.errors)")
    }

    @Test("Lines of inlined calls, and C++ without template arguments")
    func lines() throws {
      let recorded = try Recorded.sample("inlining")
      let file = recorded.folder.path("out.perfprof")
      // Where the source says `WORK(Units * 3)`, in a template that is inlined.
      let report = try perfprof("report", file, "--lines")
      let row = report.output.split(separator: "\n").first { $0.hasSuffix("shop::scale<3>") }
      #expect(row?.contains("inlining.cpp:13 ") ?? false, "\(report.output)")

      let speedscope = try perfprof("convert", file, "-o", "-", "--format", "speedscope")
      let object = try JSONSerialization.jsonObject(with: Data(speedscope.output.utf8)) as? [String: Any]
      let frames = (object?["shared"] as? [String: Any])?["frames"] as? [[String: Any]]
      let scale = try #require(frames?.first { $0["name"] as? String == "shop::scale<3>" })
      #expect((scale["file"] as? String)?.hasSuffix("inlining.cpp") ?? false)
      #expect(scale["line"] as? Int == 13)

      let plain = "--no-template-arguments"
      let table = try perfprof("report", file, plain)
      #expect(table.output.contains("shop::scale") && !table.output.contains("scale<"), "\(table.output)")
      let folded = try perfprof("convert", file, "-o", "-", "--format", "folded", plain)
      #expect(folded.output.contains("shop::scale_[i]") && !folded.output.contains("scale<"))
      let picture = try perfprof("flamegraph", file, "-o", "-", plain)
      #expect(picture.output.contains("shop::scale") && !picture.output.contains("scale&lt;3&gt;</"))
    }

    @Test("Callers and callees of one function")
    func callers() throws {
      let recorded = try Recorded.sample("frames-fp")
      let file = recorded.folder.path("out.perfprof")
      let callers = try perfprof("report", file, "--callers", "leaf")
      #expect(callers.output.contains("inner") && callers.output.contains("variable_frame"), "\(callers.errors)")
      let callees = try perfprof("report", file, "--callees", "middle")
      #expect(callees.output.contains("inner") && callees.output.contains("variable_frame"), "\(callees.errors)")
    }

    @Test("Two recordings of the same work at different rates do not differ")
    func diff() throws {
      let first = try Recorded.sample("shares")
      let second = try Recorded.sample("shares", seconds: 1, options: ["-F", "499"])
      let outcome = try perfprof(
        "diff", first.folder.path("out.perfprof"), second.folder.path("out.perfprof"), "-o",
        first.folder.path("diff.svg"))
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try first.folder.text("diff.svg").contains("</svg>"))
    }

    @Test("The page counts as report does, whatever is selected", arguments: ["features", "threads", "forkexec"])
    func page(_ sample: String) throws {
      let recorded = try Recorded.sample(sample, seconds: 1)
      let outcome = try run(
        ["node", Self.viewerTest("agreement.mjs"), "8", "1", recorded.folder.path("out.perfprof")],
        environment: ["PERFPROF": Machine.perfprof])
      #expect(outcome.status == 0 && outcome.output == "8 selections agree\n", "\(outcome.errors.suffix(3000))")
    }

    @Test(
      "The page counts time on CPU, of waiting and of both together as report does",
      .enabled(if: Machine.isRoot, "only root may see all switches"))
    func pageOfAllTime() throws {
      let recorded = try Recorded.command([Machine.sample("waits"), "1"], options: ["--wall"])
      let outcome = try run(
        ["node", Self.viewerTest("agreement.mjs"), "24", "7", recorded.folder.path("out.perfprof")],
        environment: ["PERFPROF": Machine.perfprof])
      #expect(outcome.status == 0 && outcome.output == "24 selections agree\n", "\(outcome.errors.suffix(3000))")
      let lanes = try run(
        ["node", Self.viewerTest("lanes-agreement.mjs"), recorded.folder.path("out.perfprof")],
        environment: ["PERFPROF": Machine.perfprof])
      #expect(lanes.status == 0 && lanes.output.hasSuffix(" curves agree\n"), "\(lanes.errors.suffix(3000))")
    }

    @Test("The page's instructions are the file's, and have the samples of their functions")
    func instructions() throws {
      let recorded = try Recorded.sample("shares", seconds: 1)
      let outcome = try run(
        [
          "node", Self.viewerTest("instructions-agreement.mjs"), "twenty,thirty,fifty",
          recorded.folder.path("out.perfprof"), Machine.sample("shares"),
        ], environment: ["PERFPROF": Machine.perfprof])
      #expect(outcome.status == 0 && outcome.output.hasSuffix("instructions agree\n"), "\(outcome.errors.suffix(3000))")
    }

    private static func viewerTest(_ name: String) -> String {
      URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "ViewerTests/\(name)").path
    }

    @Test(
      "Callers and callees are those that pprof counts", .enabled(if: Machine.path(of: "go") != nil, "needs Go"),
      arguments: ["features", "inlining"])
    func peek(_ sample: String) throws {
      let recorded = try Recorded.sample(sample, seconds: 1)
      let outcome = try run(
        ["node", Self.viewerTest("peek-agreement.mjs"), "6", recorded.folder.path("out.perfprof")],
        environment: ["PERFPROF": Machine.perfprof])
      #expect(outcome.status == 0 && outcome.output.hasSuffix("functions agree\n"), "\(outcome.errors.suffix(3000))")
    }

    @Test(
      "The page of two sides says what diff does, whatever is selected",
      arguments: [("shares", "sorting"), ("features", "features")])
    func comparedPage(_ before: String, _ after: String) throws {
      let (first, second) = (try Recorded.sample(before, seconds: 1), try Recorded.sample(after, seconds: 1))
      let outcome = try run(
        [
          "node", Self.viewerTest("comparison-agreement.mjs"), "8", "1", first.folder.path("out.perfprof"),
          second.folder.path("out.perfprof"),
        ], environment: ["PERFPROF": Machine.perfprof])
      #expect(outcome.status == 0 && outcome.output.hasSuffix("selections agree\n"), "\(outcome.errors.suffix(3000))")
    }

    @Test("Stacks are selected by function, time and thread, and every view says so")
    func selection() throws {
      let recorded = try Recorded.sample("shares")
      let file = recorded.folder.path("out.perfprof")
      let toFolded = ["convert", file, "-o", "-", "--format", "folded", "--focus", "^fifty$"]
      let folded = try run([Machine.perfprof] + toFolded + ["--hide", "^main$"])
      let stacks = try #require(FoldedText(folded.output))
      #expect(stacks.total > 0 && stacks.total < recorded.folded.total)
      #expect(stacks.stacks.allSatisfy { $0.frames.contains("fifty") && !$0.frames.contains("main") })
      let reversed = try run([Machine.perfprof] + toFolded + ["--reverse"])
      #expect(
        FoldedText(reversed.output)?.stacks.contains { $0.frames.last == "_start" } ?? false, "\(reversed.output)")
      let report = try perfprof("report", file, "--ignore", "^fifty$", "--from", "0.5", "--to", "1.5")
      #expect(report.output.contains("only from 0.500 to 1.500 s; without ^fifty$"), "\(report.output)")
      #expect(!report.output.contains(" fifty\n"))
      #expect(try perfprof("report", file, "--thread", "nobody").status == 66)
      #expect(try perfprof("report", file, "--focus", "a(").status == 64)
      #expect(try perfprof("report", file, "--from", "2", "--to", "1").status == 64)
      let view = try perfprof("view", file, "--no-open", "--sources")
      #expect(view.status == 0 && view.errors.contains("out.html"), "\(view.errors)")
      #expect(try recorded.folder.text("out.html").contains("Content-Security-Policy"))
    }

    @Test("doctor tells what this machine allows")
    func doctor() throws {
      let outcome = try perfprof("doctor")
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("perf:cpu-clock") && outcome.output.contains("kernel functions"))
      #expect(try !json(of: [Machine.perfprof, "doctor", "--json"]).isEmpty)
    }
  }
}
